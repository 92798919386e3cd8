/** The language of the screens and of the kit, as the person chose it. */
import en from "element-plus/es/locale/lang/en";
import zhCn from "element-plus/es/locale/lang/zh-cn";
import { computed, watch } from "vue";
import { useI18n } from "vue-i18n";
import { usePreferences } from "./preferences";

export function useLanguage() {
  const preferences = usePreferences();
  const { locale } = useI18n();
  watch(
    () => preferences.language,
    (language) => (locale.value = language),
    { immediate: true },
  );
  return computed(() => (preferences.language === "zh" ? zhCn : en));
}
