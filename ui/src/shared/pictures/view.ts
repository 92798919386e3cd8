/**
 * How a picture is looked at. Where it is moved to is counted in shares of the stage, from its middle, so that two stages that look alike
 * show the same part of two pictures of any size.
 */
export interface View {
  /** 1 shows the whole picture. */
  scale: number;
  x: number;
  y: number;
}

export const WHOLE: Readonly<View> = { scale: 1, x: 0, y: 0 };
const MOST_SCALE = 16;
const STEP = 1.4;
const NUDGE = 0.12;

const between = (value: number, most: number) => Math.min(Math.max(value, -most), most) || 0;

/** The picture never leaves its stage. */
function held({ scale, x, y }: View): View {
  const most = (scale - 1) / 2;
  return { scale, x: between(x, most), y: between(y, most) };
}

/** Larger or smaller by a factor; what is at `at` stays there. */
export function zoomed(view: View, factor: number, at: { x: number; y: number } = { x: 0, y: 0 }): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), MOST_SCALE);
  const grown = scale / view.scale;
  return held({ scale, x: at.x - grown * (at.x - view.x), y: at.y - grown * (at.y - view.y) });
}

export function moved(view: View, by: { x: number; y: number }): View {
  return held({ scale: view.scale, x: view.x + by.x, y: view.y + by.y });
}

/** The view that a key leads to; none for a key that means nothing here. */
export function keyed(key: string, shift: boolean, view: View): View | null {
  if (key === "+" || key === "=") return zoomed(view, STEP);
  if (key === "-") return zoomed(view, 1 / STEP);
  if (key === "0") return { ...WHOLE };
  if (!shift) return null;
  const by: Record<string, { x: number; y: number }> = { ArrowLeft: { x: NUDGE, y: 0 }, ArrowRight: { x: -NUDGE, y: 0 }, ArrowUp: { x: 0, y: NUDGE }, ArrowDown: { x: 0, y: -NUDGE } };
  const step = by[key];
  return step ? moved(view, step) : null;
}

/** What the keys of a stage do, for the list of keys. */
export const ZOOM_HELP = [["+ -", "zoom"], ["0", "whole"], ["Shift + ← ↑ ↓ →", "pan"]] as const;
