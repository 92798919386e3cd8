/** Marks on a copy of a photo, as they are drawn on the screen before the host draws them for good. */
import type { Mark, Spot } from "@/contract";

/** Spots count in shares of this. */
export const WHOLE = 10_000;
export const TOOLS = ["arrow", "rectangle", "text", "blur"] as const;
export type Tool = (typeof TOOLS)[number];

const between = (value: number) => Math.min(Math.max(Math.round(value), 0), WHOLE);
export const spot = (x: number, y: number): Spot => ({ x: between(x), y: between(y) });

/** A mark between two spots; none when it would show nothing. */
export function made(tool: Tool, from: Spot, to: Spot, text: string): Mark | null {
  if (tool === "text") return text.trim() ? { kind: "text", at: from, text: text.trim() } : null;
  if (Math.abs(from.x - to.x) < 40 && Math.abs(from.y - to.y) < 40) return null;
  return { kind: tool, from, to };
}

/** The mark moved, or with `grow` only its second spot. It keeps its size at the edges. */
export function shifted(mark: Mark, dx: number, dy: number, grow: boolean): Mark {
  if (mark.kind === "text") return { ...mark, at: spot(mark.at.x + dx, mark.at.y + dy) };
  const to = spot(mark.to.x + dx, mark.to.y + dy);
  if (grow) return { ...mark, to };
  const inside = (value: number) => value >= 0 && value <= WHOLE;
  if (![mark.from.x + dx, mark.to.x + dx, mark.from.y + dy, mark.to.y + dy].every(inside)) return mark;
  return { ...mark, from: spot(mark.from.x + dx, mark.from.y + dy), to };
}

/** The path of an arrow in pixels of a picture; its head is as long as the host draws it. */
export function arrowPath(from: { x: number; y: number }, to: { x: number; y: number }, head: number): string {
  const [dx, dy] = [from.x - to.x, from.y - to.y];
  const length = Math.max(1, Math.hypot(dx, dy));
  const reach = Math.min(head, length);
  const side = (angle: number) => {
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    return `M${to.x + ((dx * cos - dy * sin) / length) * reach} ${to.y + ((dx * sin + dy * cos) / length) * reach}L${to.x} ${to.y}`;
  };
  return `M${from.x} ${from.y}L${to.x} ${to.y}${side(0.5)}${side(-0.5)}`;
}
