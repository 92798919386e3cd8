import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import type { ImportProgress } from "@/contract";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import EvidenceTray from "./EvidenceTray.vue";
import VisitScreen from "./VisitScreen.vue";

let m: Mounted;
async function open(photos: number): Promise<void> {
  const host = fakeHost({ photos });
  m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
  await vi.advanceTimersByTimeAsync(100);
}
const tiles = () => [...document.querySelectorAll<HTMLElement>('[data-testid="tray-tiles"] figure')].map((one) => one.dataset["testid"]);
const id = (n: number) => `photo-00000000-0000-7000-9000-${String(n).padStart(12, "0")}`;

beforeEach(() => {
  vi.useFakeTimers();
  for (const [name, px] of [["clientHeight", 400], ["clientWidth", 340], ["offsetHeight", 400], ["offsetWidth", 340], ["scrollHeight", 17_000]] as const) vi.spyOn(HTMLElement.prototype, name, "get").mockReturnValue(px);
});
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the photos of a visit", () => {
  it("are drawn whole while they are few", async () => {
    await open(200);
    expect(tiles()).toHaveLength(200);
  });

  it("are drawn as far as they are in sight when they are hundreds", async () => {
    await open(500);
    expect(tiles()[0]).toBe(id(0));
    expect(tiles().length).toBeGreaterThan(9);
    expect(tiles().length).toBeLessThan(60);
    expect(document.querySelectorAll("*").length).toBeLessThan(1000);
    const scroller = document.querySelector<HTMLElement>('[data-testid="tray-tiles"]')!;
    const before = Number.parseFloat(scroller.querySelector<HTMLElement>(".tiles")!.style.paddingBottom);
    scroller.scrollTop = 8_000;
    scroller.dispatchEvent(new Event("scroll"));
    await vi.advanceTimersByTimeAsync(300);
    expect(tiles()).not.toContain(id(0));
    expect(tiles().length).toBeLessThan(60);
    // What is not drawn keeps its room above and below.
    const { paddingTop, paddingBottom } = scroller.querySelector<HTMLElement>(".tiles")!.style;
    expect(Number.parseFloat(paddingTop)).toBeGreaterThan(7_000);
    expect(before - Number.parseFloat(paddingBottom)).toBeGreaterThan(7_000);
  });

  it("are not gone through again whenever an import goes on by a file", async () => {
    await open(500);
    const drawnAnew = vi.fn();
    // What Vue calls after it drew a component anew.
    (m.screen.getComponent(EvidenceTray).vm.$ as unknown as { u: (() => void)[] | null }).u = [drawnAnew];
    const tell = async (done: number, total = 400) => {
      const progress: ImportProgress = { import: "one", visit: m.host.view().visit.id, resumed: false, done, total, bytes: done, total_bytes: total, finished: false };
      m.host.emit({ event: "import", progress });
      vi.advanceTimersToNextFrame();
      await nextTick();
    };
    await tell(1);
    const begun = drawnAnew.mock.calls.length;
    for (let done = 2; done < 50; done++) await tell(done);
    expect(document.querySelector('[data-testid="import-progress"]')?.textContent).toContain("49");
    expect(begun).toBe(1);
    expect(drawnAnew).toHaveBeenCalledTimes(begun);
  });
});
