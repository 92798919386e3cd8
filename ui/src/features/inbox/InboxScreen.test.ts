import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AssignPhotos, PutAside } from "@/contract";
import { fakeHost, type FakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import InboxScreen from "./InboxScreen.vue";

let m: Mounted;
let host: FakeHost;

async function open(of = fakeHost()): Promise<void> {
  // A panel of 1,200 × 600 pixels, where there is no layout.
  for (const [name, px] of [["clientHeight", 600], ["clientWidth", 1200], ["offsetHeight", 600], ["offsetWidth", 1200], ["scrollHeight", 90_000]] as const) vi.spyOn(HTMLElement.prototype, name, "get").mockReturnValue(px);
  vi.spyOn(HTMLElement.prototype, "scrollTo").mockImplementation(function (this: HTMLElement, to?: unknown) {
    this.scrollTop = (to as ScrollToOptions).top ?? 0;
    this.dispatchEvent(new Event("scroll"));
  } as typeof HTMLElement.prototype.scrollTo);
  host = of;
  m = await mounted(InboxScreen, {}, "/inbox", host);
  await settle();
}
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(100);
  await flushPromises();
}
beforeEach(() => {
  vi.useFakeTimers();
  return open();
});
function gone(): void {
  m.screen.unmount();
  document.body.innerHTML = "";
}
afterEach(() => {
  gone();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const calls = <T>(name: string) => host.made.filter((one) => one.name === name).map((one) => one.args as T);
const at = (selector: string) => document.querySelector<HTMLElement>(selector);
const id = (name: string) => at(`[data-testid="${name}"]`);
const here = () => at(".card.here [role=checkbox]");
const count = () => id("inbox-selected")?.dataset["count"];
async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  await m.press(key, more);
  await settle();
}
async function click(name: string): Promise<void> {
  id(name)!.click();
  await settle();
}
async function type(text: string): Promise<void> {
  const field = id("inbox-choose-search") as HTMLInputElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await flushPromises();
}

describe("the inbox", () => {
  it("draws what is in sight of three hundred, by visit and item, each with its reasons", () => {
    expect(id("inbox-total")?.dataset).toMatchObject({ total: "294", proposed: "240" });
    expect(document.querySelectorAll(".card").length).toBeGreaterThan(10);
    expect(document.querySelectorAll(".card").length).toBeLessThan(60);
    expect(here()?.textContent).toContain("拍摄于走访时段内，距站点 12 米，3 分钟后作答第 1 项");
    expect(at(".row.section h2")?.textContent).toMatch(/11-20 走访/);
  });

  it("draws no more of two thousand, wherever one is and however many are chosen", async () => {
    gone();
    await open(fakeHost({ inbox: "many" }));
    expect(id("inbox-total")?.dataset).toMatchObject({ total: "2054", proposed: "2000" });
    const drawn: number[] = [];
    const note = () => drawn.push(document.querySelectorAll("*").length);
    note();
    for (const key of ["PageDown", "ArrowDown", "b", "End", "PageUp", "Home"]) {
      await press(key);
      note();
    }
    await press("a", { ctrlKey: true });
    note();
    expect(count()).toBe("2000");
    await press("Enter");
    await click("inbox-accept-confirm");
    note();
    expect(calls<AssignPhotos>("assign_photos").map((one) => one.assignments.length)).toEqual([1000, 1000]);
    expect(Math.min(...drawn)).toBeGreaterThan(100);
    expect(Math.max(...drawn)).toBeLessThan(900);
  });

  it("assigns nothing before it was said in numbers and confirmed", async () => {
    await press("a", { ctrlKey: true });
    expect(count()).toBe("240");
    await press("Enter");
    expect(calls("assign_photos")).toEqual([]);
    const goes = [...document.querySelectorAll<HTMLElement>('[data-testid^="inbox-goes-"]')];
    expect(goes.map((one) => [one.dataset["photos"], one.dataset["items"]])).toEqual([["120", "96"], ["120", "96"]]);
    expect(goes[0]?.textContent).toMatch(/^归入 .+11-20 走访 120 张，其中 96 张已对应检查项$/);
    await click("inbox-accept-cancel");
    expect(calls("assign_photos")).toEqual([]);
    await press("Enter");
    await press("Enter", { ctrlKey: true });
    const [assigned] = calls<AssignPhotos>("assign_photos");
    expect(assigned?.assignments).toHaveLength(240);
    expect(id("inbox-total")?.dataset).toMatchObject({ total: "54", proposed: "0" });
    const went = [...document.querySelectorAll<HTMLElement>('[data-testid^="inbox-went-"]')];
    expect(went.map((one) => one.dataset["photos"])).toEqual(["120", "120"]);
    expect(went[0]?.getAttribute("href")).toMatch(/^\/visit\//);
  });

  it("takes a section as it stands", async () => {
    const visit = at('[data-testid^="inbox-accept-visit-"]')!;
    visit.click();
    await settle();
    await click("inbox-accept-confirm");
    expect(calls<AssignPhotos>("assign_photos")[0]?.assignments).toHaveLength(120);
  });

  it("selects a burst as one, opens it, and selects on with Shift", async () => {
    expect(here()?.dataset["count"]).toBe("4");
    await press(" ");
    expect(count()).toBe("4");
    await press("Escape");
    await press("Enter");
    expect(here()?.dataset["count"]).toBe("1");
    await press(" ");
    await press("ArrowRight", { shiftKey: true });
    await press("ArrowRight", { shiftKey: true });
    expect(count()).toBe("3");
    await press("ArrowLeft", { shiftKey: true });
    expect(count()).toBe("2");
    await press("b");
    expect(here()?.dataset["selected"]).toBe("some");
  });

  it("corrects visit and item by keyboard, and takes it back", async () => {
    await press(" ");
    await press("v");
    const other = [...document.querySelectorAll<HTMLElement>('[data-testid^="inbox-choice-"]')][1]!;
    const visit = other.dataset["testid"]!.slice("inbox-choice-".length);
    await press("ArrowDown");
    await type(other.querySelector(".name")!.textContent!.slice(0, 3));
    await press("Enter");
    expect(id("inbox-note")?.textContent).toContain("已更正 4 张");
    await press("i");
    await type("9");
    await press("Enter");
    expect(id("inbox-note")?.textContent).toContain("第 9 项");
    await press("Enter");
    await press("Enter", { ctrlKey: true });
    const assigned = calls<AssignPhotos>("assign_photos")[0]!.assignments;
    expect(assigned.map((one) => [one.visit, one.items])).toEqual(Array(4).fill([visit, ["C4-09"]]));
  });

  it("gives a correction up with Backspace", async () => {
    await press("i");
    await type("2");
    await press("Enter");
    await press("Home");
    const second = () => [...document.querySelectorAll<HTMLElement>('[data-corrected="yes"]')];
    expect(second().length).toBeGreaterThan(0);
    second()[0]!.click();
    await settle();
    await press("Backspace");
    expect(second()).toEqual([]);
  });

  it("says that a visit must be chosen first where none is", async () => {
    await press("End");
    await press("i");
    expect(id("inbox-choose")).toBeNull();
    expect(id("inbox-note")?.textContent).toBe("请先按 V 选定走访。");
    await press(" ");
    await press("Enter");
    expect(id("inbox-accept")).toBeNull();
  });

  it("puts aside and brings back", async () => {
    await press("x");
    expect(calls<PutAside>("put_aside")[0]).toMatchObject({ aside: true });
    expect(id("inbox-filter-aside")?.textContent).toContain("10");
    await click("inbox-filter-aside");
    await press("a", { ctrlKey: true });
    await press("x");
    expect(calls<PutAside>("put_aside")[1]?.aside).toBe(false);
    expect(id("inbox-none")).not.toBeNull();
  });

  it("hears no key of an input method", async () => {
    for (const key of [" ", "v", "x", "Enter"]) await press(key, { isComposing: true });
    expect(count()).toBeUndefined();
    expect(id("inbox-choose")).toBeNull();
    expect(calls("put_aside")).toEqual([]);
  });

  it("says what failed, and keeps all where it is", async () => {
    host.fail("assign_photos", { code: "disk_full", params: {} });
    await press("a", { ctrlKey: true });
    await press("Enter");
    await click("inbox-accept-confirm");
    expect(id("error-note")?.dataset["code"]).toBe("disk_full");
    expect(id("inbox-total")?.dataset["total"]).toBe("294");
  });

  it("opens a visit at the station of photos that have none", async () => {
    await press("End");
    for (let n = 0; n < 6 && !at('[data-testid^="inbox-begin-"]'); n++) await press("PageUp");
    const begin = at('[data-testid^="inbox-begin-"]')!;
    begin.click();
    await flushPromises();
    expect(m.route()).toBe(`/visits?new=${begin.dataset["testid"]!.slice("inbox-begin-".length)}`);
  });
});
