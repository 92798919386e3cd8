/** Which photos are chosen. A stack is chosen with all its photos. */
import type { InboxPhoto, PhotoId } from "@/contract";
import type { Tile } from "./sections";

export type Chosen = ReadonlySet<PhotoId>;

export const idsOf = (photos: readonly InboxPhoto[]): PhotoId[] => photos.map((photo) => photo.attached.photo);

/** Whether all photos of a tile are chosen, some, or none. */
export function standing(tile: Tile, chosen: Chosen): "all" | "some" | "none" {
  const count = tile.photos.filter((photo) => chosen.has(photo.attached.photo)).length;
  return count === 0 ? "none" : count === tile.photos.length ? "all" : "some";
}

/** All of them, or none if all are chosen already. */
export function toggled(chosen: Chosen, ids: readonly PhotoId[]): Set<PhotoId> {
  const next = new Set(chosen);
  const all = ids.every((id) => chosen.has(id));
  for (const id of ids) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}

/** From where the choosing began to here, beside what was chosen before it began. */
export function extended(before: Chosen, tiles: readonly Tile[], anchor: number, here: number): Set<PhotoId> {
  const between = tiles.slice(Math.min(anchor, here), Math.max(anchor, here) + 1);
  return new Set([...before, ...between.flatMap((tile) => idsOf(tile.photos))]);
}
