/** Focus on arriving. The `autofocus` attribute is not used: WebKit honours it late and takes the focus from a person who types already. */
import { nextTick } from "vue";
import { isTextField } from "./keys";

/** Puts the focus into a field once it is drawn, unless somebody is typing elsewhere. */
export async function focusFirst(id: string): Promise<void> {
  await nextTick();
  // A dialog takes the focus in the same tick; this comes after it.
  await new Promise((later) => setTimeout(later));
  if (!isTextField(document.activeElement)) document.getElementById(id)?.focus();
}
