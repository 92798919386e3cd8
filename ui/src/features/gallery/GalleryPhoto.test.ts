import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { flushPromises } from "@vue/test-utils";
import type { FieldCalls } from "@/contract";
import { fakeHost, type FakeHost } from "@/host/fake";
import { fakeList } from "@/host/fake-lists";
import { mounted, type Mounted } from "@/test/mounted";
import GalleryScreen from "./GalleryScreen.vue";

let m: Mounted;
let host: FakeHost;

async function settle(ms = 300): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
}

async function opened(): Promise<void> {
  m = await mounted(GalleryScreen, {}, "/photos", host);
  await settle();
  await m.press("Enter");
  await settle();
}

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  for (const side of ["clientHeight", "clientWidth", "scrollHeight", "offsetHeight", "offsetWidth"] as const) vi.spyOn(HTMLElement.prototype, side, "get").mockReturnValue(600);
  host = fakeHost();
});
afterEach(() => {
  m.screen.unmount();
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.innerHTML = "";
});

/** Lets the host answer a call otherwise. */
function otherwise<K extends keyof FieldCalls>(name: K, change: (args: FieldCalls[K]["args"], said: FieldCalls[K]["answer"]) => FieldCalls[K]["answer"]): void {
  const answer = host.call.bind(host);
  host.call = async (asked, args) => {
    const said = await answer(asked, args);
    return (asked as string) === name ? (change(args as never, said as never) as never) : said;
  };
}
const on = (testid: string) => document.querySelector<SVGElement>(`[data-testid="${testid}"]`)!;
const shown = () => on("photo-facts").textContent;

it("goes to the photo whose point is pressed, by key too, and the focus stays on the plot", async () => {
  await opened();
  expect(on("plot-1").getAttribute("aria-current")).toBe("true");
  on("plot-5").focus();
  await m.press("Enter");
  expect(on("plot-5").getAttribute("aria-current")).toBe("true");
  expect(document.activeElement).toBe(on("plot-5"));
  await settle();
  expect([document.activeElement === on("plot-5"), document.querySelector('[data-testid="strip-4"]')?.getAttribute("aria-current")]).toEqual([true, "true"]);
  on("plot-2").focus();
  await m.press(" ");
  expect(on("plot-2").getAttribute("aria-current")).toBe("true");
  expect(m.has("gallery-selected")).toBe(false);
});

it("takes a press for the point nearest to it", async () => {
  await opened();
  vi.spyOn(SVGElement.prototype, "getBoundingClientRect").mockReturnValue({ left: 0, top: 0, width: 232, height: 232 } as DOMRect);
  const dot = on("plot-5").querySelector(".dot")!;
  const at = { clientX: 116 + Number(dot.getAttribute("cx")), clientY: 116 + Number(dot.getAttribute("cy")) };
  // Whatever lies on top of it there.
  on("plot-1").dispatchEvent(new MouseEvent("click", { ...at, bubbles: true, detail: 1 }));
  await settle();
  expect(on("plot-5").getAttribute("aria-current")).toBe("true");
});

it("shows a photo of the visit that is not among the rows beside them, and goes back", async () => {
  otherwise("list", (args) => fakeList({ ...args, query: { ...args.query, search: "少" } }));
  await opened();
  on("plot-10").dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await settle();
  expect(on("plot-10").getAttribute("aria-current")).toBe("true");
  expect(shown()).toContain("IMG_1009.JPG");
  expect(m.has("gallery-select")).toBe(false);
  await m.press(" ");
  expect(m.has("gallery-selected")).toBe(false);
  on("gallery-back").dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await settle();
  expect(on("plot-1").getAttribute("aria-current")).toBe("true");
  expect(shown()).toContain("IMG_1000.JPG");
});

it("draws what was converted and says so", async () => {
  await opened();
  expect(on("plot-converted").textContent).toContain("1 张");
  expect(on("plot-4").querySelector("title")?.textContent).toContain("由 GCJ-02 换算");
  expect(m.has("plot-relative")).toBe(false);
});

it("draws photos as they lie to each other where the station has no point", async () => {
  otherwise("get_visit", (_, view) => ({ ...view, plot: view.plot && { ...view.plot, centre: "photos" } }));
  await opened();
  expect(on("plot-relative").textContent).toContain("看不出离站点多远");
  expect(on("plot-2").querySelector("title")?.textContent).toContain("距中间位置");
  expect(on("position-plot").querySelector("path.station")).toBeNull();
});
