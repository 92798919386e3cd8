/** What is to be done, from what the laptop knows: visits that wait for somebody here, and stations where a deadline is reached. */
import type { ListPage, ListQuery, StationId, VisitRow } from "@/contract";
import { day } from "@/shared/format";

export const KINDS = ["returned", "reached", "sign", "soon", "open"] as const;
export type TaskKind = (typeof KINDS)[number];

/** One line of the day. */
export interface Task {
  key: string;
  kind: TaskKind;
  station: StationId;
  stationName: string;
  township: string;
  /** The visit that waits; none where a new one is to be made. */
  row: VisitRow | null;
  /** `2026-11-21`, and how many findings end then. */
  deadline: string;
  findings: number;
  facts: string;
}

const DAY_MS = 86_400_000;
/** A deadline is told of so many days before it ends, and after. */
const AHEAD = 7;
const BEHIND = 30;
/** Findings that are read at most. */
export const MOST = 200;

/** The findings whose deadlines are near: neither withdrawn nor put right on the spot. */
export function nearDeadlines(now: number): ListQuery {
  const none = { any: [], contains: "", from: null, to: null };
  const filters = [
    { ...none, column: "standing", any: ["open"] },
    { ...none, column: "deadline", from: day(now - BEHIND * DAY_MS), to: day(now + AHEAD * DAY_MS) },
  ];
  return { list: "findings", search: "", filters, sort: "deadline", descending: false };
}

function ofVisit(row: VisitRow, mine: boolean): Task[] {
  const kind = row.phase === "returned" ? "returned" : mine ? "sign" : row.phase === "in_progress" || row.phase === "awaiting_signature" ? "open" : null;
  if (!kind) return [];
  return [{ key: row.visit, kind, station: row.station, stationName: row.station_name, township: row.township, row, deadline: "", findings: 0, facts: "" }];
}

/** One task for a station and a day; none where somebody has been since the deadline ended. */
function ofFindings(page: ListPage, rows: readonly VisitRow[], now: number): Task[] {
  const at = (key: string) => page.columns.indexOf(key);
  const columns = { name: at("station_name"), township: at("township"), deadline: at("deadline"), facts: at("facts") };
  const today = day(now);
  const tasks = new Map<string, Task>();
  for (const { station, cells } of page.rows) {
    const text = (column: number) => String(cells[column] ?? "");
    const deadline = text(columns.deadline);
    const visited = rows.some((row) => row.station === station && day(row.started_at_ms) > deadline);
    if (!station || !deadline || visited) continue;
    const key = `${station} ${deadline}`;
    const known = tasks.get(key);
    if (known) known.findings += 1;
    else {
      const kind = deadline < today ? "reached" : "soon";
      tasks.set(key, { key, kind, station, stationName: text(columns.name), township: text(columns.township), row: null, deadline, findings: 1, facts: text(columns.facts) });
    }
  }
  return [...tasks.values()];
}

/** All tasks in the order in which they press: by kind, then by deadline, then as the visits come. */
export function tasksOf(rows: readonly VisitRow[], findings: ListPage, now: number, mine: (row: VisitRow) => boolean): Task[] {
  const all = [...rows.flatMap((row) => ofVisit(row, mine(row))), ...ofFindings(findings, rows, now)];
  return all.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.deadline.localeCompare(b.deadline));
}
