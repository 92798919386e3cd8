/** How a photo is looked at while it is large, and what the keys do then. */
import { ref, watch, type Ref } from "vue";
import type { Press } from "@/shared/keys";
import { keyed, WHOLE, type View } from "./view";

export interface LargeActs {
  /** Which photo it is; another one is seen whole again. */
  id: () => string | undefined;
  film: () => boolean;
  step: (by: number) => void;
  /** What Space does, if anything. */
  toggle?: () => void;
}

export function useLarge({ id, film, step, toggle }: LargeActs): { view: Ref<View>; keys: (press: Press) => boolean } {
  const view = ref<View>({ ...WHOLE });
  watch(id, () => (view.value = { ...WHOLE }));
  function keys({ key, typing, control, pressable, event }: Press): boolean {
    // In a film, arrows go to and fro in time.
    if (typing || control || event.target instanceof HTMLVideoElement) return false;
    const next = keyed(key, event.shiftKey, view.value);
    if (next && !film()) view.value = next;
    else if (key === "ArrowLeft") step(-1);
    else if (key === "ArrowRight") step(1);
    else if (key === " " && !pressable && toggle) toggle();
    else return false;
    return true;
  }
  return { view, keys };
}
