/** Saved filters, kept by the host where the data is kept; and chosen columns, kept on this machine: how a person likes to look at lists. */
import type { ListKind, SavedFilter } from "@/contract";
import type { FieldHost } from "@/host";
import { COLUMNS } from "./columns";

/** How a face reaches the filters of whoever is at work; each call answers all that are kept for the list. */
export interface FilterKeeper {
  all(list: ListKind): Promise<SavedFilter[]>;
  save(filter: SavedFilter): Promise<SavedFilter[]>;
  forget(list: ListKind, name: string): Promise<SavedFilter[]>;
}

/** Filters of the inspector at work, in the laptop's encrypted store. */
export const inStore = (host: FieldHost): FilterKeeper => ({
  all: (list) => host.call("list_filters", { list }),
  save: (filter) => host.call("save_filter", filter),
  forget: (list, name) => host.call("forget_filter", { list, name }),
});

function read<T>(name: string, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    return value === null ? otherwise : (value as T);
  } catch {
    return otherwise;
  }
}

function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still shows the list.
  }
}

/** Where earlier versions kept filters: in clear. */
const inClear = (owner: string, list: ListKind) => `xunzhan.filters.${owner}.${list}`;
const columnsOf = (owner: string, list: ListKind) => `xunzhan.columns.${owner}.${list}`;

/** The filters of a list. What an earlier version left in clear is handed over once and removed here, whatever of it can still be asked. */
export async function savedFilters(keeper: FilterKeeper, owner: string, list: ListKind): Promise<SavedFilter[]> {
  let known = await keeper.all(list);
  const place = inClear(owner, list);
  const left = read<SavedFilter[]>(place, []);
  for (const one of Array.isArray(left) ? left : []) {
    const name = typeof one?.name === "string" ? one.name.trim() : "";
    if (!name || one.query?.list !== list || known.some((other) => other.name === name)) continue;
    try {
      known = await keeper.save({ name, query: one.query });
    } catch (thrown) {
      if (!isRefused(thrown)) throw thrown;
    }
  }
  try {
    localStorage.removeItem(place);
  } catch {
    // Where nothing can be kept, nothing was left.
  }
  return known;
}

/** Whether the host looked at a filter and cannot keep it, now or later. */
function isRefused(thrown: unknown): boolean {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : null;
  return code === "bad_request" || code === "refused";
}

/** Keys of the columns that are shown, in order; those that this version does not know are dropped. */
export function chosenColumns(owner: string, list: ListKind): string[] {
  const usual = COLUMNS[list].filter((column) => !column.extra).map((column) => column.key);
  const known = read<string[]>(columnsOf(owner, list), usual);
  const real = Array.isArray(known) ? known.filter((key) => COLUMNS[list].some((column) => column.key === key)) : usual;
  return real.length > 0 ? real : usual;
}

export function keepColumns(owner: string, list: ListKind, keys: string[]): void {
  keep(columnsOf(owner, list), keys);
}
