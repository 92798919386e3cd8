/** The photos of the inbox as they are laid out: sections by where they go, groups by item or by why they go nowhere, bursts as stacks. */
import type { InboxPhoto, PhotoId, Reason, StationId, VisitId } from "@/contract";
import { aimOf, type Corrections, type ItemCode } from "./aim";

/** Why nothing is proposed, the telling one first. */
export const WHYS = ["several_visits", "far_from_station", "around_visit", "no_visit_then", "no_time", "other"] as const;
export type Why = (typeof WHYS)[number];

export interface Group {
  key: string;
  photos: InboxPhoto[];
  /** Of a visit: the items. */
  items?: ItemCode[];
  /** Of no proposal: why. */
  why?: Why;
}
export interface Section {
  key: string;
  kind: "visit" | "station" | "none" | "aside";
  visit: VisitId | null;
  station: StationId | null;
  stationName: string;
  groups: Group[];
  photos: InboxPhoto[];
}

export function whyOf(reasons: readonly Reason[]): Why {
  return WHYS.find((why) => reasons.some((one) => one.kind === why)) ?? "other";
}

/** Photos by a key, in the order in which the keys come. */
function gathered<T>(photos: readonly InboxPhoto[], keyOf: (photo: InboxPhoto) => T, name: (key: T) => string): { key: string; of: T; photos: InboxPhoto[] }[] {
  const found = new Map<string, { key: string; of: T; photos: InboxPhoto[] }>();
  for (const photo of photos) {
    const of = keyOf(photo);
    const key = name(of);
    const known = found.get(key);
    if (known) known.photos.push(photo);
    else found.set(key, { key, of, photos: [photo] });
  }
  return [...found.values()];
}

/**
 * Sections of those that wait: visits in the order given, then stations that were not visited then, then what nothing is proposed for.
 * `placeOf` is an item's place in the checklist of a visit.
 */
export function sectionsOf(photos: readonly InboxPhoto[], corrections: Corrections, visits: readonly VisitId[], placeOf: (visit: VisitId, item: ItemCode) => number): Section[] {
  const aims = new Map(photos.map((photo) => [photo.attached.photo, aimOf(photo, corrections)]));
  const goes = (photo: InboxPhoto) => {
    const visit = aims.get(photo.attached.photo)?.visit;
    return visit && visits.includes(visit) ? visit : null;
  };
  const sections: Section[] = [];
  for (const visit of visits) {
    const here = photos.filter((photo) => goes(photo) === visit);
    if (!here.length) continue;
    const place = (items: readonly ItemCode[]) => (items[0] === undefined ? Number.MAX_SAFE_INTEGER : placeOf(visit, items[0]));
    const groups = gathered(here, (photo) => aims.get(photo.attached.photo)?.items ?? [], (items) => items.join("+"))
      .toSorted((a, b) => place(a.of) - place(b.of))
      .map(({ key, of, photos: those }) => ({ key: `${visit}/${key}`, photos: those, items: of }));
    sections.push({ key: `visit-${visit}`, kind: "visit", visit, station: null, stationName: "", groups, photos: groups.flatMap((group) => group.photos) });
  }
  const rest = photos.filter((photo) => goes(photo) === null);
  const stations = gathered(rest.filter((photo) => photo.proposal), (photo) => photo.proposal, (proposal) => proposal?.station ?? "");
  for (const { key, photos: those } of stations) {
    sections.push({ key: `station-${key}`, kind: "station", visit: null, station: key, stationName: those[0]?.station_name ?? "", groups: [{ key, photos: those }], photos: those });
  }
  const none = rest.filter((photo) => !photo.proposal);
  if (none.length) {
    const groups = gathered(none, (photo) => whyOf(photo.reasons), (why) => why)
      .toSorted((a, b) => WHYS.indexOf(a.of) - WHYS.indexOf(b.of))
      .map(({ key, of, photos: those }) => ({ key: `none/${key}`, photos: those, why: of }));
    sections.push({ key: "none", kind: "none", visit: null, station: null, stationName: "", groups, photos: groups.flatMap((group) => group.photos) });
  }
  return sections;
}

/** Those put aside, as one section. */
export function asideOf(photos: readonly InboxPhoto[]): Section[] {
  const all = [...photos];
  return all.length ? [{ key: "aside", kind: "aside", visit: null, station: null, stationName: "", groups: [{ key: "aside", photos: all }], photos: all }] : [];
}

/** A photo, or a burst that is closed. */
export interface Tile {
  /** The first photo's id. */
  id: PhotoId;
  photos: InboxPhoto[];
  /** The burst by name, where there is more than one photo of it here. */
  burst: string | null;
  /** How many photos a burst has, of the first one of a burst that is open; else 0. */
  opens: number;
  section: number;
}
export type Row = { kind: "section"; key: string; section: Section } | { kind: "group"; key: string; section: Section; group: Group } | { kind: "tiles"; key: string; first: number; tiles: Tile[] };
export interface Layout {
  rows: Row[];
  tiles: Tile[];
  /** Row of each tile. */
  rowOf: number[];
  columns: number;
}

/** The tiles of a group: what follows one another in one burst is a stack, unless it is open. */
function tilesOf(group: Group, open: ReadonlySet<string>, section: number): Tile[] {
  const tiles: Tile[] = [];
  for (let from = 0; from < group.photos.length; ) {
    const first = group.photos[from]!;
    let to = from + 1;
    while (group.photos[to]?.burst === first.burst) to += 1;
    const photos = group.photos.slice(from, to);
    const burst = photos.length > 1 ? `${group.key}/${first.burst}` : null;
    if (burst !== null && !open.has(burst)) tiles.push({ id: first.attached.photo, photos, burst, opens: 0, section });
    else tiles.push(...photos.map((photo, at) => ({ id: photo.attached.photo, photos: [photo], burst, opens: at === 0 && burst ? photos.length : 0, section })));
    from = to;
  }
  return tiles;
}

export function layOut(sections: readonly Section[], open: ReadonlySet<string>, columns: number): Layout {
  const layout: Layout = { rows: [], tiles: [], rowOf: [], columns };
  sections.forEach((section, at) => {
    layout.rows.push({ kind: "section", key: section.key, section });
    for (const group of section.groups) {
      if (group.items || group.why) layout.rows.push({ kind: "group", key: `group-${group.key}`, section, group });
      const tiles = tilesOf(group, open, at);
      for (let from = 0; from < tiles.length; from += columns) {
        const here = tiles.slice(from, from + columns);
        for (const _ of here) layout.rowOf.push(layout.rows.length);
        layout.rows.push({ kind: "tiles", key: `row-${here[0]!.id}`, first: layout.tiles.length, tiles: here });
        layout.tiles.push(...here);
      }
    }
  });
  return layout;
}

/** The tile that a key leads to from another; none when the key does not move. Up and down keep the column as far as a row has it. */
export function stepped(key: string, at: number, layout: Layout, rowsInSight: number): number | null {
  const last = layout.tiles.length - 1;
  const flat: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
  if (flat[key] !== undefined) return Math.min(Math.max(flat[key], 0), Math.max(0, last));
  const rows: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -Math.max(1, rowsInSight), PageDown: Math.max(1, rowsInSight) };
  const step = rows[key];
  if (step === undefined) return null;
  const withTiles = layout.rows.flatMap((row) => (row.kind === "tiles" ? [row] : []));
  const here = withTiles.findIndex((row) => at >= row.first && at < row.first + row.tiles.length);
  const from = withTiles[here];
  const to = withTiles[Math.min(Math.max(here + step, 0), withTiles.length - 1)];
  if (!from || !to) return at;
  return to === from ? at : to.first + Math.min(at - from.first, to.tiles.length - 1);
}
