/** Which keys act on a screen, found by pressing them all. */
import { flushPromises } from "@vue/test-utils";
import type { KeyHelp } from "@/shared/keys";

/** Keys as their events name them; the modifiers that mean something with them are tried too. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz".split("");
const OTHERS = ["Enter", "Escape", " ", "Tab", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "F1", "/", "?", "-", "=", "[", "]", ",", ".", ";"];
const DIGITS = "0123456789".split("");

export interface Tried {
  key: string;
  ctrlKey?: boolean;
  shiftKey?: boolean;
}
export const ALL: readonly Tried[] = [...LETTERS, ...OTHERS, ...DIGITS].flatMap((key) => [{ key }, { key, ctrlKey: true }]);

/** A press by the name that the list of keys prints. */
export function printed({ key, ctrlKey, shiftKey }: Tried): string {
  const names: Record<string, string> = { " ": "Space", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };
  const one = names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return `${ctrlKey ? "Ctrl + " : ""}${shiftKey ? "Shift + " : ""}${one}`;
}

/** Single keys that a list prints, each by itself. */
export function listed(help: KeyHelp): string[] {
  return help
    .flatMap(([keys]) => (keys.includes(" + ") ? [keys] : keys.split(" ").filter((one) => one !== "…")))
    .toSorted();
}

/** Presses a key where the focus is; whether the screen took it for itself. */
export async function acts(tried: Tried): Promise<boolean> {
  const event = new KeyboardEvent("keydown", { ...tried, bubbles: true, cancelable: true });
  (document.activeElement ?? document.body).dispatchEvent(event);
  await flushPromises();
  return event.defaultPrevented;
}
