/** Draws photos on a plain metric plot: east to the right, north up. No map, no border (domain §13-8). Where each lies, the core says. */
import type { PhotoId, PlotPoint } from "@/contract";

/** Half the width of what can be pressed, in units of the drawing: 41 pixels across at its usual size. */
export const REACH = 17;
/** Points nearer than this are drawn upon one another. */
const UPON = 4;

/** A photo in the drawing, whose outer circle is 100 units wide. */
export interface Mark {
  id: PhotoId;
  x: number;
  y: number;
}

/** A round radius that holds the farthest point shown: 1, 2 or 5 times a power of ten, at least 50 m. */
export function niceRadius(farthest: number): number {
  const wanted = Math.max(50, farthest * 1.1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const step of [1, 2, 5, 10]) {
    if (step * power >= wanted) return step * power;
  }
  return 10 * power;
}

export function markOf(point: PlotPoint, radius: number): Mark {
  return { id: point.photo, x: (point.east_m / radius) * 100, y: -(point.north_m / radius) * 100 };
}

/** What a press means: the nearest photo in reach; of those that lie upon one another, the one after the photo that is shown. */
export function pressed(marks: readonly Mark[], x: number, y: number, here?: PhotoId): PhotoId | null {
  const from = (a: number, b: number) => (mark: Mark) => Math.hypot(mark.x - a, mark.y - b);
  const away = from(x, y);
  const [nearest] = marks.filter((mark) => away(mark) <= REACH).sort((a, b) => away(a) - away(b));
  if (!nearest) return null;
  const beside = from(nearest.x, nearest.y);
  const stack = marks.filter((mark) => beside(mark) < UPON);
  return stack[(stack.findIndex((mark) => mark.id === here) + 1) % stack.length]?.id ?? null;
}
