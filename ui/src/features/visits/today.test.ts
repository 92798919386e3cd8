import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import type { ListPage, VisitRow } from "@/contract";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import { nearDeadlines, tasksOf } from "./today";
import TodayScreen from "./TodayScreen.vue";

const NOW = new Date(2026, 10, 21, 9, 30).getTime();
const visit = (at: number, more: Partial<VisitRow>): VisitRow => ({
  visit: `visit-${at}`, station: `s${at}`, station_name: `站 ${at}`, township: "青禾镇", station_proposed: false, pack: "C4", phase: "sealed", data_state: "local_only",
  started_at_ms: NOW - 86_400_000, team: [], answered: 1, items: 22, findings: 0, photos: 0, awaits: [], changed_at_ms: NOW, returned: null, ...more,
});
const page = (...rows: [station: string, deadline: string][]): ListPage => ({
  columns: ["facts", "station_name", "township", "deadline"],
  rows: rows.map(([station, deadline], at) => ({ id: `f${at}`, visit: "v", station, cells: [`事实 ${at}`, `名 ${station}`, "柳溪镇", deadline] })),
  next: null,
  total: rows.length,
});
const kinds = (rows: VisitRow[], findings = page()) => tasksOf(rows, findings, NOW, (row) => row.awaits.includes("me")).map((task) => [task.kind, task.key]);

it("puts what was returned first, then deadlines that are over, signatures, near deadlines, and what is not finished", () => {
  const rows = [
    visit(1, { phase: "in_progress" }),
    visit(2, { phase: "awaiting_signature", awaits: ["me"] }),
    visit(3, { phase: "awaiting_signature", awaits: ["another"] }),
    visit(4, { phase: "returned" }),
    visit(5, { phase: "sealed" }),
    visit(6, { phase: "reviewed" }),
  ];
  expect(kinds(rows, page(["x", "2026-11-20"], ["y", "2026-11-21"]))).toEqual([
    ["returned", "visit-4"],
    ["reached", "x 2026-11-20"],
    ["sign", "visit-2"],
    ["soon", "y 2026-11-21"],
    ["open", "visit-1"],
    ["open", "visit-3"],
  ]);
});

it("tells a station's findings of one day once, and none once somebody has been there", () => {
  const findings = page(["x", "2026-11-10"], ["x", "2026-11-10"], ["x", "2026-11-12"], ["y", "2026-11-10"]);
  const been = visit(9, { station: "y", started_at_ms: new Date(2026, 10, 11, 8).getTime() });
  const tasks = tasksOf([been], findings, NOW, () => false);
  expect(tasks.map((task) => [task.stationName, task.deadline, task.findings, task.facts])).toEqual([
    ["名 x", "2026-11-10", 2, "事实 0"],
    ["名 x", "2026-11-12", 1, "事实 2"],
  ]);
  // On the last day itself it is not over yet, and a visit on that day was before its end.
  const same = visit(9, { station: "z", started_at_ms: NOW });
  expect(tasksOf([same], page(["z", "2026-11-21"]), NOW, () => false).map((task) => task.kind)).toEqual(["soon"]);
});

it("asks for standing findings of a month before and a week ahead", () => {
  const { list, filters } = nearDeadlines(NOW);
  expect(list).toBe("findings");
  expect(filters).toEqual([
    { column: "standing", any: ["open"], contains: "", from: null, to: null },
    { column: "deadline", any: [], contains: "", from: "2026-10-22", to: "2026-11-28" },
  ]);
});

let m: Mounted | undefined;
afterEach(() => {
  m?.screen.unmount();
  m = undefined;
  document.body.innerHTML = "";
});

it("is gone through by keys, leads to the visit, and opens a new one where a deadline is over", async () => {
  m = await mounted(TodayScreen, {}, "/today");
  expect(m.get("today-counts").text()).toContain("期限已过 1");
  expect(m.get("today-reached").text()).toContain("2 个问题的整改期限");
  await m.press("ArrowDown");
  expect(document.activeElement?.getAttribute("data-testid")).toBe("today-reached");
  await m.press("ArrowDown");
  expect(document.activeElement?.getAttribute("data-testid")).toBe("today-soon");
  await m.get("today-open").trigger("click");
  await flushPromises();
  expect(m.route()).toBe(`/visit/${m.host.view().visit.id}`);
  await m.get("today-reached").trigger("click");
  await flushPromises();
  expect(document.querySelector('[data-testid="new-visit-dialog"]')).not.toBeNull();
});

it("finds by words, and teaches the first step where there is nothing", async () => {
  m = await mounted(TodayScreen, {}, "/today");
  await m.get("today-search").setValue("没有这个站");
  expect(m.screen.findAll(".task")).toHaveLength(0);
  m.screen.unmount();
  const host = fakeHost();
  const inner = host.call;
  host.call = (async (name: string, args: never) => (name === "list_visits" ? [] : name === "list" ? page() : inner(name as never, args))) as typeof host.call;
  m = await mounted(TodayScreen, {}, "/today", host);
  expect(m.has("visits-empty")).toBe(true);
});
