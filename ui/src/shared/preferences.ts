/** How a person likes the screens: kept on this machine, no part of any record. `public/look.js` reads the same before anything is drawn. */
import { defineStore } from "pinia";
import { ref, watchEffect } from "vue";
import type { Language } from "@/i18n";

export type Look = "light" | "dark" | "daylight";
export type TextSize = "normal" | "large";

function kept<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(`xunzhan.${name}`);
    return allowed.find((one) => one === value) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`xunzhan.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows the screens.
  }
}

export const usePreferences = defineStore("preferences", () => {
  const language = ref<Language>(kept("language", ["zh", "en"], "zh"));
  const look = ref<Look>(kept("look", ["light", "dark", "daylight"], "light"));
  const textSize = ref<TextSize>(kept("text", ["normal", "large"], "normal"));
  watchEffect(() => {
    keep("language", language.value);
    keep("look", look.value);
    keep("text", textSize.value);
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["look"] = look.value;
    document.documentElement.classList.toggle("dark", look.value === "dark");
    document.documentElement.dataset["text"] = textSize.value;
  });
  return { language, look, textSize };
});
