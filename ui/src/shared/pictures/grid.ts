/** How many tiles stand side by side, and where a key leads among them. */

export const GAP = 8;
/** Height of a tile's lines of text below its picture. */
export const LINES = 44;
const NARROWEST = 160;

export interface Layout {
  columns: number;
  /** Width of a tile. */
  width: number;
  /** Height of a row of tiles with the gap below it. */
  height: number;
}

/** As many tiles as are at least {@link NARROWEST} wide; pictures are 4:3. */
export function layOutTiles(room: number): Layout {
  const columns = Math.max(2, Math.floor((room + GAP) / (NARROWEST + GAP)));
  const width = Math.max(60, Math.floor((room - (columns - 1) * GAP) / columns));
  return { columns, width, height: Math.round(width * 0.75) + LINES + GAP };
}

/** The tile that a key leads to; none when the key does not move. */
export function stepped(key: string, at: number, total: number, columns: number, rowsInSight: number): number | null {
  const page = Math.max(1, rowsInSight) * columns;
  const by: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page, Home: -total, End: total };
  const step = by[key];
  if (step === undefined) return null;
  const to = at + step;
  // Up from the first row and down from the last stay where they are, not at a corner.
  if ((key === "ArrowUp" && to < 0) || (key === "ArrowDown" && to >= total && Math.floor(at / columns) === Math.floor((total - 1) / columns))) return at;
  return Math.min(Math.max(to, 0), Math.max(total - 1, 0));
}
