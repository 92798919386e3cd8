/** Places photos on a plain metric plot around a station: east to the right, north up. No map, no border (domain §13-8). */
import type { Position } from "@/contract";

export interface PlotPoint {
  id: string;
  east: number;
  north: number;
  metres: number;
}

const METRES_PER_DEGREE = 111_195;

/** East and north in metres from `origin`; good to a percent over the few kilometres of a plot. */
export function offset(origin: Position, point: Position): { east: number; north: number } {
  const north = ((point.lat_e7 - origin.lat_e7) / 1e7) * METRES_PER_DEGREE;
  const shrink = Math.cos((origin.lat_e7 / 1e7) * (Math.PI / 180));
  const east = ((point.lon_e7 - origin.lon_e7) / 1e7) * METRES_PER_DEGREE * shrink;
  return { east, north };
}

const SHIFTED = ["gcj02", "bd09"];

/** Whether two positions may be compared: GCJ-02 and BD-09 are shifted and never set against others. */
export function comparable(a: Position, b: Position): boolean {
  return a.datum === b.datum || (!SHIFTED.includes(a.datum) && !SHIFTED.includes(b.datum));
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

/** Points to draw and how many lie beyond `limit` metres or cannot be compared. */
export function layOut(origin: Position, photos: { id: string; position: Position }[], limit: number): { points: PlotPoint[]; beyond: number; other: number } {
  const points: PlotPoint[] = [];
  let beyond = 0;
  let other = 0;
  for (const photo of photos) {
    if (!comparable(origin, photo.position)) {
      other += 1;
      continue;
    }
    const { east, north } = offset(origin, photo.position);
    const metres = Math.hypot(east, north);
    if (metres > limit) beyond += 1;
    else points.push({ id: photo.id, east, north, metres });
  }
  return { points, beyond, other };
}
