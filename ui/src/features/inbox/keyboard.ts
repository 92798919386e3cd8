/** What the keys of the inbox do. */
import type { KeyHelp, Press } from "@/shared/keys";

export interface Acts {
  /** Goes where a key leads, choosing on the way if asked; false for a key that does not move. */
  move(key: string, extending: boolean): boolean;
  toggle(): void;
  section(): void;
  proposed(): void;
  unchoose(): boolean;
  accept(): void;
  burst(): void;
  visit(): void;
  items(): void;
  unsay(): void;
  aside(): void;
  enlarge(): void;
}

export const HELP: KeyHelp = [
  ["← ↑ ↓ →", "move_photo"],
  ["Shift + ← ↑ ↓ →", "extend"],
  ["PageUp PageDown", "page"],
  ["Home End", "ends"],
  ["Space", "select"],
  ["S", "select_section"],
  ["Ctrl + A", "select_proposed"],
  ["Esc", "unselect"],
  ["Enter", "accept_photos"],
  ["V", "say_visit"],
  ["I", "say_items"],
  ["Backspace", "unsay"],
  ["X", "put_aside"],
  ["B", "burst"],
  ["O", "enlarge"],
];

/** Whether the key meant something. Space and Enter belong to what has the focus, where that can be pressed. */
export function pressed({ key, typing, control, pressable, event }: Press, acts: Acts): boolean {
  if (typing) return false;
  if (control) {
    if (key !== "a") return false;
    acts.proposed();
    return true;
  }
  if (acts.move(key, event.shiftKey)) return true;
  if (key === "Escape") return acts.unchoose();
  if (pressable && (key === " " || key === "Enter")) return false;
  const act = { " ": acts.toggle, Enter: acts.accept, s: acts.section, b: acts.burst, v: acts.visit, i: acts.items, Backspace: acts.unsay, x: acts.aside, o: acts.enlarge }[key];
  act?.();
  return act !== undefined;
}
