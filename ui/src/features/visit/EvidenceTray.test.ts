import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Remark } from "@/contract";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import VisitScreen from "./VisitScreen.vue";

const OFF: Remark = { kind: "clock_off", seconds: 170, against: "gps" };
let m: Mounted;
const remarks = () => m.host.view().photo_notes[0]!.remarks;

beforeEach(async () => {
  const host = fakeHost();
  const one = host.view().photo_notes[0]!;
  one.remarks = [OFF];
  m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
  await m.get(`photo-${one.photo}-face`).trigger("click");
  await flushPromises();
});
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

it("says at the foot that a camera's clock is off, and puts it right and back with a click each", async () => {
  expect(m.get("photo-lines").text()).toContain("仅设备时钟 · 相机时钟快 3 分钟");
  expect(m.has("clock-leave")).toBe(false);
  await m.get("clock-correct").trigger("click");
  await flushPromises();
  expect(m.host.made.filter((one) => one.name === "correct_clock").map((one) => one.args)).toEqual([
    { visit: m.host.view().visit.id, photo: m.host.view().photo_notes[0]!.photo, correction: { seconds: 170, against: "gps" } },
  ]);
  expect(remarks()).toEqual([{ ...OFF, kind: "clock_corrected" }]);
  expect(m.get("photo-clock").text()).toContain("相机时钟快 3 分钟，已校正");
  expect(m.has("clock-correct")).toBe(false);
  // What the file says stands beside it as it did.
  const taken = m.host.view().visit.photos[0]!.attached.meta.taken_at!.replace("T", " ");
  expect(m.get("photo-lines").text()).toContain(taken);
  await m.get("photo-open").trigger("click");
  await flushPromises();
  expect(m.get("photo-fact-taken").text()).toContain(taken);
  expect(m.get("photo-fact-corrected").text()).toBe(new Date(Date.parse(`${taken.replace(" ", "T")}Z`) - 170_000).toISOString().slice(0, 16).replace("T", " "));
  await m.get("clock-leave").trigger("click");
  await flushPromises();
  expect(remarks()).toEqual([OFF]);
  expect(m.has("photo-fact-corrected")).toBe(false);
});

it("offers nothing once the visit is sealed", async () => {
  m.screen.unmount();
  const host = fakeHost();
  host.view().photo_notes[0]!.remarks = [OFF];
  host.view().phase = "sealed";
  m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
  await m.get(`photo-${host.view().photo_notes[0]!.photo}-face`).trigger("click");
  await flushPromises();
  expect(m.has("photo-lines")).toBe(true);
  expect(m.has("clock-correct")).toBe(false);
});
