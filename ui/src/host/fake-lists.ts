/** Invented lists of any length, for looking at the screens and for measuring how they scroll. Never part of the programs. */
import type { Cell, ListArgs, ListKind, ListPage, ListRow, SavedFilter } from "@/contract";
import type { FilterKeeper } from "@/shared/lists/saved";
import { day } from "@/shared/format";
import { COLUMNS } from "@/shared/lists/columns";

const TOTAL: Record<ListKind, number> = { stations: 1_000, visits: 10_000, findings: 3_000, photos: 50_000 };
const VILLAGES = ["青河", "石头寨", "南坪", "𬭼家湾", "后榆林", "桑园", "竹溪", "望河"];
const PHASES = ["in_progress", "awaiting_signature", "sealed", "returned", "reviewed"];
/** The invented visit, whose photos the first ones of the list are. */
const VISIT = "00000000-0000-7000-8000-000000000000";
const START = Date.UTC(2026, 10, 20, 1, 30);

function cell(key: string, at: number): Cell {
  const village = VILLAGES[at % VILLAGES.length]!;
  const cells: Record<string, Cell> = {
    name: `${village}村站`,
    station_name: `${village}村站`,
    township: at % 3 ? "青禾镇" : "柳溪镇",
    village: `${village}村`,
    code: `QH-${String(at + 1).padStart(4, "0")}`,
    manager: "葛𪨶",
    team: "林晓川、沈𬭼",
    phase: PHASES[at % 5]!,
    data_state: at % 4 ? "originals_arrived" : "receipted",
    severity: ["minor", "major", "severe"][at % 3]!,
    time_grade: at % 5 ? "device_only" : "gps",
    facts: `服务台账缺${(at % 6) + 1}月登记，柜台未公示收费标准`,
    requirement: "一周内补齐",
    deadline: "2026-12-01",
    units: "青禾镇人民政府",
    item: `C4-${String((at % 22) + 1).padStart(2, "0")}`,
    item_codes: `C4-${String((at % 22) + 1).padStart(2, "0")}`,
    pack: "C4",
    taken_at: "2026-11-20 09:31:07",
    caption: "门楣标识",
    device: "HUAWEI P40",
    mime: "image/jpeg",
    size_bytes: 3_900_000 + at * 17,
    distance_m: at % 7 ? (at * 13) % 400 : -1,
    approval: at % 50 ? "registered" : "proposed",
    station_approval: at % 50 ? "registered" : "proposed",
    standing: at % 4 ? "open" : "fixed",
    validity: at % 20 ? "valid" : "withdrawn",
    visits: at % 9,
    answered: at % 23,
    findings: at % 4,
    photos: at % 30,
    disputed: 0,
    uncovered: 0,
  };
  return cells[key] ?? (key.endsWith("_ms") ? START - at * 3_600_000 : "");
}

/** Days before the last day of a question by deadline that its findings end on. */
const NEAR = [10, 10, 4];

export function fakeList({ query, after, limit }: Pick<ListArgs, "query" | "after" | "limit">): ListPage {
  const columns = COLUMNS[query.list];
  const until = query.filters.find((filter) => filter.column === "deadline")?.to;
  if (typeof until === "string") {
    const ends = (before: number) => day(Date.parse(`${until}T12:00:00`) - before * 86_400_000);
    const near = NEAR.map((before, at) => ({ id: `near-${at}`, visit: VISIT, station: `station-${before}`, cells: columns.map(({ key }) => (key === "deadline" ? ends(before) : cell(key, before + 30))) }));
    return { columns: columns.map((column) => column.key), rows: near, next: null, total: near.length };
  }
  const all = query.search ? Math.min(8, TOTAL[query.list]) : TOTAL[query.list];
  const from = Number(after ?? 0);
  const rows: ListRow[] = [];
  for (let at = from; at < Math.min(all, from + limit); at++) {
    // Photos have the ids of the invented visit, as far as it goes.
    const id = `00000000-0000-7000-${query.list === "photos" ? "9000" : "b000"}-${String(at).padStart(12, "0")}`;
    rows.push({ id, visit: query.list === "stations" ? null : query.list === "photos" ? VISIT : id, station: id, cells: columns.map((column) => cell(column.key, at)) });
  }
  const next = from + limit < all ? String(from + limit) : null;
  return { columns: columns.map((column) => column.key), rows, next, total: after === null ? all : null };
}

/** Saved filters in memory. */
export function fakeFilters(): { all(list: ListKind): SavedFilter[]; save(filter: SavedFilter): SavedFilter[]; forget(list: ListKind, name: string): SavedFilter[] } {
  let kept: SavedFilter[] = [];
  const all = (list: ListKind) => kept.filter((one) => one.query.list === list);
  return {
    all,
    save: (filter) => {
      kept = [...kept.filter((one) => one.name !== filter.name || one.query.list !== filter.query.list), filter];
      return all(filter.query.list);
    },
    forget: (list, name) => {
      kept = kept.filter((one) => one.name !== name || one.query.list !== list);
      return all(list);
    },
  };
}

/** The same as a face reaches them. */
export function fakeKeeper(filters = fakeFilters()): FilterKeeper {
  return {
    all: async (list) => filters.all(list),
    save: async (filter) => filters.save(filter),
    forget: async (list, name) => filters.forget(list, name),
  };
}
