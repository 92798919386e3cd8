import type { ListFilter, ListQuery } from "@/contract";

/** The question with this condition in place of the one on the same column; an empty condition goes away. */
export function withFilter(query: ListQuery, filter: ListFilter): ListQuery {
  const others = query.filters.filter((known) => known.column !== filter.column);
  const empty = filter.any.length === 0 && filter.contains === "" && filter.from === null && filter.to === null;
  return { ...query, filters: empty ? others : [...others, filter] };
}

/** A copy that nothing watches. */
export const plainQuery = (query: ListQuery): ListQuery => JSON.parse(JSON.stringify(query)) as ListQuery;
