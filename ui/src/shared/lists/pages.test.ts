import { expect, it } from "vitest";
import type { ListQuery, ListRow } from "@/contract";
import { HostError } from "@/host";
import { PAGE, usePages } from "./pages";

const QUERY: ListQuery = { list: "visits", search: "", filters: [], sort: "started_at_ms", descending: true };
const row = (at: number): ListRow => ({ id: `r${at}`, visit: null, station: null, cells: [at] });

/** A list of so many rows, that remembers what it was asked for. */
function long(count: () => number) {
  const asked: (string | null)[] = [];
  const read = async (_: ListQuery, after: string | null, limit: number) => {
    asked.push(after);
    const from = Number(after ?? 0);
    const rows = Array.from({ length: Math.max(0, Math.min(limit, count() - from)) }, (_, at) => row(from + at));
    return { columns: ["n"], rows, next: from + limit < count() ? String(from + limit) : null, total: after === null ? count() : null };
  };
  return { asked, read };
}

it("reads as far as somebody looks, and no page twice", async () => {
  const { asked, read } = long(() => 5_000);
  const pages = usePages(read);
  await pages.ask(QUERY);
  expect([pages.total.value, pages.rows.value.length, asked.length]).toEqual([5_000, PAGE, 1]);
  await Promise.all([pages.reach(1_200), pages.reach(1_300)]);
  expect(pages.rows.value.length).toBe(3 * PAGE);
  await pages.reach(1_499);
  expect(asked).toEqual([null, "500", "1000"]);
  expect(pages.rows.value.map((one) => one.id)).toEqual(Array.from({ length: 1_500 }, (_, at) => `r${at}`));
  await pages.reach(4_999);
  expect([pages.rows.value.length, pages.total.value]).toEqual([5_000, 5_000]);
});

it("reads no further once somebody has leapt back", async () => {
  const { asked, read } = long(() => 50_000);
  const pages = usePages(read);
  await pages.ask(QUERY);
  const far = pages.reach(49_999);
  await Promise.resolve();
  void pages.reach(20);
  await far;
  expect(asked.length).toBeLessThan(4);
  await pages.reach(49_999);
  expect([pages.rows.value.length, asked.length < 60]).toEqual([50_000, true]);
});

it("keeps what is in sight while it asks the same again", async () => {
  let count = 3_000;
  const { read } = long(() => count);
  const pages = usePages(read);
  await pages.ask(QUERY);
  await pages.reach(2_000);
  count = 2_990;
  const again = pages.ask(QUERY, 2_000);
  expect(pages.rows.value.length).toBe(2_500);
  await again;
  expect([pages.rows.value.length, pages.total.value]).toEqual([2_500, 2_990]);
});

it("shows the answer to the last question, whichever comes first, and says what went wrong", async () => {
  const answers: Record<string, (rows: ListRow[]) => void> = {};
  const pages = usePages(async (query) => {
    if (query.search === "fault") throw new HostError({ code: "locked", params: {} });
    const rows = await new Promise<ListRow[]>((resolve) => (answers[query.search] = resolve));
    return { columns: ["n"], rows, next: null, total: rows.length };
  });
  const first = pages.ask({ ...QUERY, search: "a" });
  const second = pages.ask({ ...QUERY, search: "ab" });
  answers["ab"]?.([row(2)]);
  answers["a"]?.([row(1)]);
  await Promise.all([first, second]);
  expect(pages.rows.value.map((one) => one.id)).toEqual(["r2"]);
  await pages.ask({ ...QUERY, search: "fault" });
  expect([pages.failure.value?.code, pages.rows.value.length, pages.loading.value]).toEqual(["locked", 1, false]);
});
