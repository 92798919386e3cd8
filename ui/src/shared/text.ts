/** Texts that carry both languages, such as those of a checklist. */
import { useI18n } from "vue-i18n";
import type { Text } from "@/contract";

export function useText(): (text: Text) => string {
  const { locale } = useI18n();
  return (text) => (locale.value === "en" ? text.en || text.zh : text.zh);
}
