/** The two message catalogues. Chinese is the default, whatever the system says. */
import { createI18n } from "vue-i18n";
import en from "./en";
import zh from "./zh";

export type Language = "zh" | "en";

export function makeI18n(language: Language = "zh") {
  return createI18n({ legacy: false, locale: language, fallbackLocale: "zh", messages: { zh, en }, missingWarn: false, fallbackWarn: false });
}
