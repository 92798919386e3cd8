/** Saved filters and chosen columns: how a person likes to look at lists. Kept on this machine by person or account, no part of any record. */
import type { ListKind, ListQuery } from "@/contract";
import { COLUMNS } from "./columns";

export interface Saved {
  name: string;
  query: ListQuery;
}

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

const filtersOf = (owner: string, list: ListKind) => `xunzhan.filters.${owner}.${list}`;
const columnsOf = (owner: string, list: ListKind) => `xunzhan.columns.${owner}.${list}`;

export function savedFilters(owner: string, list: ListKind): Saved[] {
  const known = read<Saved[]>(filtersOf(owner, list), []);
  return Array.isArray(known) ? known.filter((one) => typeof one?.name === "string" && one.query?.list === list) : [];
}

export function keepFilters(owner: string, list: ListKind, all: Saved[]): void {
  keep(filtersOf(owner, list), all);
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
