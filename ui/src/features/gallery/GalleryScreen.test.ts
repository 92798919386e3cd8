import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { flushPromises } from "@vue/test-utils";
import { fakeHost, type FakeHost } from "@/host/fake";
import { keysHere } from "@/shared/keys";
import { mounted, type Mounted } from "@/test/mounted";
import GalleryScreen from "./GalleryScreen.vue";

let m: Mounted;
let host: FakeHost;

beforeEach(async () => {
  localStorage.clear();
  vi.useFakeTimers();
  // A panel of 1,200 × 600 pixels, where there is no layout.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(1_500_000);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(1200);
  // A browser scrolls where it is told to, and says so.
  vi.spyOn(HTMLElement.prototype, "scrollTo").mockImplementation(function (this: HTMLElement, to?: unknown) {
    this.scrollTop = (to as ScrollToOptions).top ?? 0;
    this.dispatchEvent(new Event("scroll"));
  } as typeof HTMLElement.prototype.scrollTo);
  host = fakeHost();
  m = await mounted(GalleryScreen, {}, "/photos", host);
  await settle();
});
afterEach(() => {
  m.screen.unmount();
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.innerHTML = "";
});

async function settle(ms = 300): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
}
const tiles = () => [...document.querySelectorAll('[data-testid="photo-grid"] [role="option"]')];
const pictures = () => [...document.querySelectorAll<HTMLImageElement>('[data-testid="photo-grid"] img')];
const pages = () => host.made.filter((one) => one.name === "list").length;
const here = () => document.querySelector('[data-testid="photo-grid"] .here')?.getAttribute("aria-posinset");

/** Scrolls as a wheel does: one event for each step, each seen by the grid. */
async function scrollTo(top: number): Promise<void> {
  const grid = document.querySelector<HTMLElement>('[data-testid="photo-grid"]')!;
  grid.scrollTop = top;
  grid.dispatchEvent(new Event("scroll"));
  await flushPromises();
}

it("draws the tiles in sight of fifty thousand, and fetches theirs alone", async () => {
  expect(m.get("gallery-total").attributes("data-total")).toBe("50000");
  expect(tiles().length).toBeGreaterThan(20);
  expect(tiles().length).toBeLessThan(60);
  expect(document.querySelectorAll('[data-testid="photo-grid"] *').length).toBeLessThan(600);
  expect(pages()).toBe(1);
  // Eight come at once; the next ones wait for these.
  expect(pictures().length).toBe(8);
  for (let n = 0; n < 20; n++) {
    for (const one of pictures()) one.dispatchEvent(new Event("load"));
    await settle(100);
  }
  expect(pictures().length).toBe(tiles().length);
});

it("asks for no picture and no page of what flies past", async () => {
  const asked = new Set<string>();
  const note = () => pictures().forEach((one) => asked.add(one.getAttribute("src") ?? ""));
  // Thirty thousand pixels within a rest's time, then back to the top.
  for (let top = 0; top < 30_000; top += 1_000) {
    await scrollTo(top);
    await vi.advanceTimersByTimeAsync(0);
    note();
  }
  expect(asked.size).toBeLessThan(20);
  expect(pages()).toBeLessThan(6);
  await scrollTo(0);
  const before = pages();
  await settle(1000);
  expect(pages() - before).toBeLessThan(2);
  expect(document.querySelectorAll('[data-testid="photo-grid"] *').length).toBeLessThan(600);
});

it("moves, selects, enlarges and compares by keys, and not while an input method composes", async () => {
  for (const key of [" ", "Enter", "ArrowRight"]) await m.press(key, { isComposing: true });
  await m.press("Enter", { keyCode: 229 } as KeyboardEventInit);
  expect([here(), m.has("gallery-selected"), m.has("gallery-photo")]).toEqual(["1", false, false]);
  await m.press("ArrowRight");
  await m.press("ArrowDown");
  expect(Number(here())).toBeGreaterThan(5);
  await m.press("Home");
  await m.press(" ");
  await m.press("ArrowRight");
  await m.press(" ");
  expect(m.get("gallery-selected").attributes("data-count")).toBe("2");
  expect(document.querySelectorAll('[role="option"][aria-selected="true"]').length).toBe(2);
  await m.press("c");
  await settle();
  const scales = () => ["compare-1", "compare-2"].map((id) => document.querySelector(`[data-testid="${id}"]`)?.getAttribute("data-scale"));
  expect(scales()).toEqual(["100", "100"]);
  await m.press("+");
  expect(scales()).toEqual(["140", "140"]);
  await m.press("Escape");
  await settle();
  await m.press("Enter");
  await settle();
  expect(keysHere().map(([keys]) => keys)).toContain("+ -");
  expect(document.querySelector('[data-testid="photo-fact-taken"] .source')?.textContent).toBe("EXIF · DateTimeOriginal");
  await m.press("ArrowRight");
  await settle();
  expect(document.querySelector('[data-testid="strip-2"]')?.getAttribute("aria-current")).toBe("true");
  await m.press("Escape");
  await settle();
  expect([m.has("gallery-photo"), here()]).toEqual([false, "3"]);
  await m.press("Escape");
  expect(m.has("gallery-selected")).toBe(false);
});

it("reads as far as one leaps, and no further once one has leapt back", async () => {
  // A host takes its time for a page.
  const answer = host.call.bind(host);
  host.call = async (name, args) => {
    if (name === "list") await new Promise((later) => setTimeout(later, 20));
    return answer(name, args);
  };
  await m.press("End");
  await m.press("Home");
  await settle(2000);
  expect(pages()).toBeLessThan(6);
  await m.press("End");
  await settle(3000);
  expect(here()).toBe("50000");
  expect(pages()).toBeLessThan(70);
});

it("asks what is filtered and ordered, from the top", async () => {
  await m.press("End");
  await m.get("gallery-sort").setValue("station_name");
  await m.get("list-filter-column").setValue("validity");
  await m.get("list-filter-withdrawn").setValue(true);
  await settle(3000);
  const asked = host.made.filter((one) => one.name === "list").at(-1)?.args as { query: unknown };
  expect(asked.query).toMatchObject({ list: "photos", sort: "station_name", descending: false, filters: [{ column: "validity", any: ["withdrawn"] }] });
  expect(here()).toBe("1");
});

it("stays at the photo that is shown large when another comes in before it", async () => {
  await m.press("ArrowRight");
  await m.press("Enter");
  await settle();
  const shown = () => document.querySelector('[data-testid="gallery-photo"] .el-dialog__title')?.textContent ?? "";
  expect(shown()).toMatch(/2\/50,?000/);
  const name = shown().split(/\s/).pop();
  const inner = host.call;
  host.call = (async (call: string, args: { after?: string | null }) => {
    const answer = await inner(call as never, args as never);
    if (call !== "list" || args.after) return answer;
    const page = answer as { rows: { id: string }[]; total: number };
    return { ...page, rows: [{ ...page.rows[5]!, id: "new" }, ...page.rows], total: page.total + 1 };
  }) as typeof host.call;
  host.emit({ event: "changed", ids: ["one"] });
  await settle(3000);
  expect(shown()).toMatch(/3\/50,?001/);
  expect(shown().split(/\s/).pop()).toBe(name);
});
