/** Columns of the lists: what stands in them and how wide they are drawn. The order is the one in which a host gives cells. */
import type { Cell, ListKind } from "@/contract";
import { dayClock, grouped, size } from "@/shared/format";

/** What stands in a column: text, a key with a word, a number, an instant, or a local day as text. */
export type CellKind = "text" | "word" | "whole" | "time" | "day";

export interface Column {
  key: string;
  kind: CellKind;
  width: number;
  /** Worked out when a page is read: not to be sorted or filtered by. */
  computed?: boolean;
  /** Keys of a word column, for its filter. */
  words?: readonly string[];
  /** Hidden until it is chosen. */
  extra?: boolean;
}

const PHASES = ["in_progress", "awaiting_signature", "sealed", "returned", "reviewed", "aborted"] as const;
const APPROVALS = ["registered", "proposed"] as const;
const text = (key: string, width: number, more: Partial<Column> = {}): Column => ({ key, kind: "text", width, ...more });
const whole = (key: string, width = 88, more: Partial<Column> = {}): Column => ({ key, kind: "whole", width, ...more });
const time = (key: string, more: Partial<Column> = {}): Column => ({ key, kind: "time", width: 148, ...more });
const word = (key: string, width: number, words: readonly string[], more: Partial<Column> = {}): Column => ({ key, kind: "word", width, words, ...more });

export const COLUMNS: Record<ListKind, readonly Column[]> = {
  stations: [
    text("name", 190),
    text("township", 110),
    text("village", 130),
    text("code", 110),
    text("manager", 96),
    text("phone", 130),
    text("address", 220, { extra: true }),
    text("position", 260, { extra: true }),
    word("approval", 104, APPROVALS),
    whole("visits"),
    time("last_visit_ms"),
  ],
  visits: [
    text("station_name", 190),
    text("township", 110),
    time("started_at_ms"),
    word("phase", 130, PHASES),
    text("team", 150),
    whole("answered", 80),
    whole("findings", 80),
    whole("photos", 80),
    text("pack", 80),
    word("station_approval", 104, APPROVALS, { extra: true }),
    whole("disputed", 80, { extra: true }),
    whole("uncovered", 100, { extra: true }),
    time("changed_at_ms", { extra: true }),
    word("data_state", 120, [], { computed: true }),
  ],
  findings: [
    text("facts", 300),
    word("severity", 90, ["minor", "major", "severe"]),
    word("standing", 110, ["open", "fixed", "withdrawn"]),
    text("station_name", 170),
    text("township", 110),
    text("requirement", 240, { extra: true }),
    { key: "deadline", kind: "day", width: 110 },
    text("units", 180),
    text("item", 90),
    whole("photos", 80),
    word("phase", 130, PHASES),
    time("recorded_at_ms"),
    text("fixed", 200, { extra: true }),
    text("withdrawn", 160, { extra: true }),
  ],
  photos: [
    text("name", 190),
    { key: "taken_at", kind: "day", width: 170 },
    text("station_name", 170),
    text("township", 110),
    text("caption", 200),
    text("item_codes", 130),
    whole("distance_m", 110),
    word("time_grade", 140, ["anchored", "gps", "device_only", "contradictory", "none"]),
    text("device", 150, { extra: true }),
    text("mime", 110, { extra: true }),
    whole("size_bytes", 100),
    word("validity", 120, ["valid", "withdrawn", "uncovered"]),
    word("phase", 130, PHASES, { extra: true }),
    time("attached_at_ms"),
    text("withdrawn", 160, { extra: true }),
  ],
};

/** Column that a list is sorted by at first; the latest comes first, stations by name. */
export const FIRST_SORT: Record<ListKind, { sort: string; descending: boolean }> = {
  stations: { sort: "name", descending: false },
  visits: { sort: "started_at_ms", descending: true },
  findings: { sort: "recorded_at_ms", descending: true },
  photos: { sort: "attached_at_ms", descending: true },
};

/** A cell as it is read; words are looked up by the caller. */
export function cellText(column: Column, cell: Cell | undefined, words: (key: string) => string): string {
  if (cell === undefined || cell === "") return "";
  if (column.kind === "word") return words(String(cell));
  if (typeof cell === "string") return cell;
  if (column.kind === "time") return cell === 0 ? "" : dayClock(cell);
  if (cell < 0) return "";
  return column.key === "size_bytes" ? size(cell) : grouped(cell);
}
