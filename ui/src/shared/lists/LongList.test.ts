import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ExportList, ListQuery, ListRow } from "@/contract";
import { HostError } from "@/host";
import { fakeKeeper, fakeList } from "@/host/fake-lists";
import { makeI18n } from "@/i18n";
import { COLUMNS } from "./columns";
import LongList from "./LongList.vue";

let list: VueWrapper;
let asked: ListQuery[];
let keeper = fakeKeeper();

async function open(kind: "visits" | "findings" | "photos" | "stations" = "visits"): Promise<void> {
  asked = [];
  const read = async (query: ListQuery, after: string | null, limit: number) => {
    asked.push(query);
    return fakeList({ query, after, limit });
  };
  list = mount(LongList, { attachTo: document.body, props: { list: kind, owner: "one", read, keeper }, global: { plugins: [makeI18n()] } });
  await settle();
}
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(300);
  await flushPromises();
}
const get = (id: string) => list.get(`[data-testid="${id}"]`);
const rows = () => list.findAll('[data-testid^="list-row-"]');

beforeEach(() => {
  localStorage.clear();
  keeper = fakeKeeper();
  vi.useFakeTimers();
  // A panel with room for ten rows, where there is no layout.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
});
afterEach(() => {
  list.unmount();
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.innerHTML = "";
});

it("draws only what is in sight of ten thousand rows", async () => {
  await open();
  expect(get("list-total").attributes("data-total")).toBe("10000");
  expect(rows().length).toBeGreaterThan(9);
  expect(rows().length).toBeLessThan(40);
  expect(asked).toHaveLength(1);
});

it("asks for what is typed, filtered and sorted, and exports exactly that", async () => {
  await open();
  await get("list-search").setValue("网吧");
  await get("list-sort-findings").trigger("click");
  await get("list-filter-column").setValue("phase");
  await get("list-filter-returned").setValue(true);
  await get("list-filter-column").setValue("started_at_ms");
  await get("list-filter-from").setValue("2026年11月1日");
  await get("list-filter-column").setValue("photos");
  await get("list-filter-to").setValue("12");
  await get("list-filter-from").setValue("many");
  expect((get("list-filter-from").element as HTMLInputElement).value).toBe("");
  await settle();
  const wanted: ListQuery = {
    list: "visits",
    search: "网吧",
    filters: [
      { column: "phase", any: ["returned"], contains: "", from: null, to: null },
      { column: "started_at_ms", any: [], contains: "", from: new Date("2026-11-01T00:00:00").getTime(), to: null },
      { column: "photos", any: [], contains: "", from: null, to: 12 },
    ],
    sort: "findings",
    descending: true,
  };
  expect(asked.at(-1)).toEqual(wanted);
  expect(get("list-chip-phase").text()).toContain("退回");

  await get("list-column-township").setValue(false);
  await get("list-column-disputed").setValue(true);
  await get("list-column-phase-earlier").trigger("click");
  await get("list-workbook").trigger("click");
  const exported = list.emitted<[ExportList]>("workbook")?.[0]?.[0];
  expect(exported?.query).toEqual(wanted);
  expect(exported?.columns).toEqual(["station_name", "phase", "started_at_ms", "team", "answered", "findings", "photos", "pack", "data_state", "disputed"]);
  expect(list.findAll('[role="columnheader"]').map((one) => one.text().replace(/ [▲▼]$/, ""))).toEqual(["站点", "走访状态", "开始时间", "检查人员", "已答", "问题", "照片", "检查表", "数据状态", "有争议"]);

  await get("list-chip-phase").get("button").trigger("click");
  await settle();
  expect(asked.at(-1)?.filters.map((one) => one.column)).toEqual(["started_at_ms", "photos"]);
});

it("keeps filters under a name, and columns, until the next time", async () => {
  await open();
  await get("list-search").setValue("青河");
  await get("list-save-name").setValue("青河的");
  await get("list-saved").get("form").trigger("submit");
  await flushPromises();
  expect(JSON.stringify(localStorage)).not.toContain("青河");
  await get("list-column-team").setValue(false);
  list.unmount();
  await open();
  expect(asked.at(-1)?.search).toBe("");
  expect(list.find('[data-testid="list-sort-team"]').exists()).toBe(false);
  await get("list-saved-青河的").trigger("click");
  await settle();
  expect(asked.at(-1)?.search).toBe("青河");
});

it("hands filters that lay here in clear over once, and removes them", async () => {
  const query = (search: string): ListQuery => ({ list: "visits", search, filters: [], sort: "started_at_ms", descending: true });
  const left = [{ name: "青河的", query: query("青河") }, { name: "新的", query: query("旧词") }, { name: "", query: query("x") }, { name: "别的", query: { ...query("y"), list: "photos" } }, null];
  localStorage.setItem("xunzhan.filters.one.visits", JSON.stringify(left));
  localStorage.setItem("xunzhan.filters.two.visits", JSON.stringify([{ name: "别人的", query: query("别人") }]));
  await keeper.save({ name: "新的", query: query("新词") });
  await open();
  expect(localStorage.getItem("xunzhan.filters.one.visits")).toBeNull();
  expect(localStorage.getItem("xunzhan.filters.two.visits")).toContain("别人的");
  expect((await keeper.all("visits")).map((one) => [one.name, one.query.search])).toEqual([["新的", "新词"], ["青河的", "青河"]]);
  await get("list-saved-青河的").trigger("click");
  await settle();
  expect(asked.at(-1)?.search).toBe("青河");
});

it("leaves them where they lie while the host cannot keep them, and says so", async () => {
  const query: ListQuery = { list: "visits", search: "青河", filters: [], sort: "started_at_ms", descending: true };
  localStorage.setItem("xunzhan.filters.one.visits", JSON.stringify([{ name: "青河的", query }]));
  const save = keeper.save;
  keeper.save = async () => {
    throw new HostError({ code: "disk_full", params: {} });
  };
  await open();
  expect(get("error-note").attributes("data-code")).toBe("disk_full");
  expect(localStorage.getItem("xunzhan.filters.one.visits")).toContain("青河的");
  keeper.save = save;
  list.unmount();
  await open();
  expect(localStorage.getItem("xunzhan.filters.one.visits")).toBeNull();
  await get("list-forget-青河的").trigger("click");
  await flushPromises();
  expect(await keeper.all("visits")).toEqual([]);
});

it("moves and opens by keys, and not while an input method composes", async () => {
  await open();
  const scroller = get("list-scroller");
  await scroller.trigger("keydown", { key: "ArrowDown" });
  await scroller.trigger("keydown", { key: "ArrowDown", isComposing: true });
  await scroller.trigger("keydown", { key: "Enter" });
  await rows()[3]?.trigger("dblclick");
  const opened = list.emitted<[ListRow]>("open")?.map(([row]) => row.id.slice(-2));
  expect(opened).toEqual(["01", "03"]);
});

it("closes what a button opened on Escape or a press elsewhere", async () => {
  await open();
  const box = get("list-filter").element as HTMLDetailsElement;
  box.open = true;
  await get("list-filter-column").trigger("keydown", { key: "Escape" });
  expect(box.open).toBe(false);
  box.open = true;
  window.dispatchEvent(new Event("pointerdown"));
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(box.open).toBe(false);
});

it("has words in both languages for every column and every word", () => {
  for (const locale of ["zh", "en"] as const) {
    const { t, te } = makeI18n(locale).global;
    for (const column of Object.values(COLUMNS).flat()) {
      expect(te(`list.column.${column.key}`), column.key).toBe(true);
      for (const word of column.words ?? []) expect(te(`list.word.${word}`) || te(`phase.${word}`), `${column.key} ${word}`).toBe(true);
    }
    expect(t("list.total", { n: 5 })).toContain("5");
  }
});
