/** A list read page by page: as far as somebody looks, never further, and never a page twice. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { ApiError, ListPage, ListQuery, ListRow } from "@/contract";
import { asApiError } from "@/host";

export type ReadPage = (query: ListQuery, after: string | null, limit: number) => Promise<ListPage>;

export const PAGE = 500;
/** The most that a host gives at once; read when somebody leaps far ahead. */
const LEAP = 1_000;
const sizeOf = (ahead: number) => (ahead >= 2 * LEAP ? LEAP : PAGE);

export interface Pages {
  rows: ShallowRef<readonly ListRow[]>;
  columns: ShallowRef<readonly string[]>;
  total: Ref<number>;
  loading: Ref<boolean>;
  failure: Ref<ApiError | null>;
  /** Asks anew; the rows before stay in sight until the new ones are there, up to the row given. */
  ask(query: ListQuery, upTo?: number): Promise<void>;
  /** Reads on until this row is there, or until another row is wanted: who leaps back does not wait for what lay ahead. */
  reach(row: number): Promise<void>;
}

export function usePages(read: ReadPage): Pages {
  // Plain arrays: fifty thousand rows are not watched one by one.
  const rows = shallowRef<readonly ListRow[]>([]);
  const columns = shallowRef<readonly string[]>([]);
  const total = ref(0);
  const loading = ref(false);
  const failure = ref<ApiError | null>(null);
  let next: string | null = null;
  let query: ListQuery | null = null;
  let asked = 0;
  let wanted = 0;

  /** Does the work unless something newer is asked meanwhile, and says how it went. */
  async function once(mine: number, work: () => Promise<void>): Promise<void> {
    loading.value = true;
    try {
      await work();
      if (mine === asked) failure.value = null;
    } catch (thrown) {
      if (mine === asked) failure.value = asApiError(thrown);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  async function ask(what: ListQuery, upTo = 0): Promise<void> {
    const mine = ++asked;
    const wording = JSON.parse(JSON.stringify(what)) as ListQuery;
    await once(mine, async () => {
      const first = await read(wording, null, PAGE);
      let known = first.rows;
      let more = first.next;
      while (mine === asked && more !== null && known.length <= upTo) {
        const page = await read(wording, more, sizeOf(upTo - known.length));
        known = known.concat(page.rows);
        more = page.next;
      }
      if (mine !== asked) return;
      query = wording;
      next = more;
      wanted = 0;
      rows.value = known;
      columns.value = first.columns;
      total.value = more === null ? known.length : Math.max(first.total ?? 0, known.length);
    });
  }

  async function reach(row: number): Promise<void> {
    wanted = row;
    if (loading.value || !query) return;
    const mine = asked;
    const wording = query;
    await once(mine, async () => {
      while (mine === asked && next !== null && rows.value.length <= wanted) {
        const page = await read(wording, next, sizeOf(wanted - rows.value.length));
        if (mine !== asked) return;
        next = page.next;
        rows.value = rows.value.concat(page.rows);
        total.value = next === null ? rows.value.length : Math.max(total.value, rows.value.length);
      }
    });
  }

  return { rows, columns, total, loading, failure, ask, reach };
}
