import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defineComponent, h, shallowRef } from "vue";
import type { GivenRecord, VisitView } from "@/contract";
import { provideFieldHost } from "@/host";
import { fakeHost, type FakeHost } from "@/host/fake";
import { makeI18n } from "@/i18n";
import PhotoActs from "./PhotoActs.vue";

let host: FakeHost;
let page: VueWrapper;
const view = shallowRef<VisitView>(null as never);

beforeEach(async () => {
  host = fakeHost();
  view.value = await host.call("get_visit", { visit: "one" });
  const shown = defineComponent({
    setup: () => () => h(PhotoActs, { view: view.value, attached: view.value.visit.photos[1]!.attached, onChanged: (next: VisitView) => (view.value = next) }),
  });
  page = mount(shown, { attachTo: document.body, global: { plugins: [makeI18n(), { install: (app) => provideFieldHost(app, host) }] } });
  await flushPromises();
});
afterEach(() => {
  page.unmount();
  document.body.innerHTML = "";
});
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
async function click(...ids: string[]): Promise<void> {
  for (const id of ids) {
    find(id)!.click();
    await flushPromises();
  }
}
async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  await flushPromises();
}
const last = (name: string) => host.made.filter((one) => one.name === name).at(-1)?.args;

it("makes a copy by keys alone, and no key of an input method draws", async () => {
  await click("photo-mark");
  (document.activeElement as HTMLElement | null)?.blur();
  await press("Enter", { isComposing: true });
  expect(find("mark-0")).toBeNull();
  await press("4");
  await press("Enter");
  await press("ArrowRight");
  await press("ArrowDown", { shiftKey: true });
  await press("1");
  await press("Enter");
  await press("Delete");
  await press("2");
  await press("Enter");
  await press("Enter", { ctrlKey: true });
  expect(last("copy_photo")).toMatchObject({
    photo: view.value.visit.photos[1]!.attached.photo,
    marks: [
      { kind: "blur", from: { x: 4_100, y: 4_000 }, to: { x: 6_100, y: 6_100 } },
      { kind: "rectangle", from: { x: 4_000, y: 4_000 }, to: { x: 6_000, y: 6_000 } },
    ],
  });
  expect(find("mark-dialog")).toBeNull();
  expect(view.value.visit.photos.at(-1)?.attached.derived?.alterations).toEqual(["marked", "blurred"]);
});

it("exports, shows the digest of what left, and lists every export", async () => {
  expect(find("custody")!.dataset["exports"]).toBe("0");
  await click("photo-export", "export-original");
  expect(find("export-saved")!.dataset["sha256"]).toBe(view.value.visit.photos[1]!.attached.original.sha256);
  await click("export-watermark");
  expect(last("export_photo")).toMatchObject({ watermark: true, english: false });
  expect([...document.querySelectorAll<HTMLElement>('[data-testid="custody-exports"] li')].map((one) => /原件|带水印的副本/.exec(one.textContent ?? "")?.[0])).toEqual(["原件", "带水印的副本"]);
});

it("counts a record that was given as an export of the photos in it, and of no others", async () => {
  expect(find("custody-method")!.textContent).toContain("导入（按进入方式，未另行填写）");
  const { visit } = view.value;
  const known = visit.photos[1]!;
  const given = (entry: string, at_ms: number): GivenRecord => ({ entry, by: null, given: { seal: "a", pdf: entry.repeat(32), how: "stick", to: "站长王秀兰", copy: false, at_ms } });
  view.value = { ...view.value, visit: { ...visit, given: [given("ab", known.ts_ms - 1), given("cd", known.ts_ms + 1)] } };
  await flushPromises();
  const lines = [...document.querySelectorAll<HTMLElement>('[data-testid="custody-exports"] li')];
  expect(lines.map((line) => line.dataset["file"])).toEqual(["cd".repeat(32)]);
  expect(lines[0]!.textContent).toContain("站长王秀兰");
  view.value = { ...view.value, visit: { ...view.value.visit, photos: visit.photos.map((one) => (one === known ? { ...one, withdrawn: "拍错" } : one)) } };
  await flushPromises();
  expect(find("custody")!.dataset["exports"]).toBe("0");
});

it("states where a photo comes from, and asks nothing of a sealed visit", async () => {
  await click("photo-custody");
  const purpose = find("custody-say-purpose") as HTMLTextAreaElement;
  purpose.value = "证明门头没有标识";
  purpose.dispatchEvent(new Event("input"));
  await click("custody-save");
  await flushPromises();
  expect(last("state_custody")).toMatchObject({ custody: { maker: "", method: "imported", purpose: "证明门头没有标识" } });
  expect(find("custody-purpose")!.textContent).toBe("证明门头没有标识");
  view.value = { ...view.value, phase: "sealed" };
  await flushPromises();
  expect([find("photo-mark"), find("photo-custody"), find("photo-export") !== null]).toEqual([null, null, true]);
});

it("says of a photo of 200 megapixels that its copies are smaller, and of no other", async () => {
  await click("photo-mark", "photo-export");
  expect([find("mark-huge"), find("export-huge")]).toEqual([null, null]);
  const { visit } = view.value;
  const huge = (one: (typeof visit.photos)[number]) => ({ ...one, attached: { ...one.attached, meta: { ...one.attached.meta, width: 16_320, height: 12_240 } } });
  view.value = { ...view.value, visit: { ...visit, photos: visit.photos.map(huge) } };
  await flushPromises();
  expect(find("mark-huge")?.textContent).toContain("八分之一");
  expect(find("export-huge")?.textContent).toContain("八分之一");
});
