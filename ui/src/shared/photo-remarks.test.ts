import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { defineComponent, h } from "vue";
import type { PhotoMeta, PhotoNotes, Remark } from "@/contract";
import { makeI18n } from "@/i18n";
import { deservesLook, usePhotoWords } from "./photo";

const elsewhere = { visit: "00000000-0000-7000-a000-000000000001", photo: "00000000-0000-7000-a000-000000000002", station: "青禾村站", started_at_ms: 1_779_238_800_000 };
const meta: PhotoMeta = { taken_at: "2026-05-20T10:00:00" };

function said(remarks: Remark[], missing: PhotoNotes["missing"] = [], language: "zh" | "en" = "zh"): string[] {
  const notes: PhotoNotes = { photo: elsewhere.photo, data_state: "local_only", has_preview: true, time_grade: "device_only", missing, remarks };
  let words: string[] = [];
  const Asks = defineComponent(() => {
    words = usePhotoWords().remarks(notes, meta);
    return () => h("i");
  });
  mount(Asks, { global: { plugins: [makeI18n(language)] } });
  return words;
}

it("says each remark with its reason, in both languages", () => {
  const all: Remark[] = [
    { kind: "no_metadata" },
    { kind: "chat_copy", application: "微信", sure: "likely" },
    { kind: "chat_copy", application: "微信", sure: "possible" },
    { kind: "chat_copy", application: "", sure: "possible" },
    { kind: "edited", software: "Snapseed" },
    { kind: "screenshot", sure: "likely" },
    { kind: "screenshot", sure: "possible" },
    { kind: "screen_photo", sure: "possible" },
    { kind: "outside_hours", minutes: 25, before: true, gps: false, corrected: false },
    { kind: "outside_hours", minutes: 300, before: false, gps: false, corrected: false },
    { kind: "outside_hours", minutes: 25, before: true, gps: true, corrected: false },
    { kind: "outside_hours", minutes: 300, before: false, gps: true, corrected: false },
    { kind: "outside_hours", minutes: 25, before: true, gps: false, corrected: true },
    { kind: "outside_hours", minutes: 300, before: false, gps: false, corrected: true },
    { kind: "far", distance_m: 812, uncertainty_m: null },
    { kind: "far", distance_m: 23_000, uncertainty_m: 40 },
    { kind: "fits_shifted", distance_m: 560, shifted_m: 12, photo: true },
    { kind: "fits_shifted", distance_m: 560, shifted_m: 12, photo: false },
    { kind: "clock_off", seconds: 3_600, against: "gps" },
    { kind: "clock_off", seconds: -3_600, against: "gps" },
    { kind: "clock_off", seconds: 86_400 * 3, against: "other_cameras" },
    { kind: "clock_off", seconds: -600, against: "other_cameras" },
    { kind: "clock_corrected", seconds: 3_600, against: "gps" },
    { kind: "clock_corrected", seconds: -3_600, against: "other_cameras" },
    { kind: "same_bytes", elsewhere },
    { kind: "same_picture", elsewhere },
  ];
  for (const language of ["zh", "en"] as const) {
    const words = said(all, [], language);
    expect(new Set(words).size).toBe(all.length);
    for (const text of words) expect(text).not.toMatch(/remark\.|photo\.|\{/);
  }
});

it("says in a few words that a clock is off, and nothing of one that is right", () => {
  const notes = (remarks: Remark[]): PhotoNotes => ({ photo: elsewhere.photo, data_state: "local_only", has_preview: true, time_grade: "gps", missing: [], remarks });
  let words: (string | null)[] = [];
  const Asks = defineComponent(() => {
    const { clock } = usePhotoWords();
    words = [clock(notes([{ kind: "clock_off", seconds: 180, against: "gps" }])), clock(notes([{ kind: "clock_off", seconds: -7_300, against: "gps" }])), clock(notes([])), clock(null)];
    return () => h("i");
  });
  mount(Asks, { global: { plugins: [makeI18n("zh")] } });
  expect(words).toEqual(["相机时钟快 3 分钟", "相机时钟慢 3 小时", null, null]);
});

it("corrects a clock beside the recorded value, and rounds spans up", () => {
  expect(said([{ kind: "clock_off", seconds: 5_400, against: "gps" }])[0]).toContain("90 分钟；校正后约为 2026-05-20 08:30");
  expect(said([{ kind: "outside_hours", minutes: 150, before: false, gps: false, corrected: false }])[0]).toContain("3 小时");
});

it("says of a clock that was put right both times, and asks for no second look", () => {
  const one: Remark = { kind: "clock_corrected", seconds: 5_400, against: "gps" };
  expect(said([one])[0]).toBe("相机时钟快 90 分钟，已按卫星时间校正：拍摄约为 2026-05-20 08:30，文件所记为 2026-05-20 10:00");
  const notes: PhotoNotes = { photo: elsewhere.photo, data_state: "local_only", has_preview: true, time_grade: "gps", missing: [], remarks: [one] };
  expect(deservesLook(notes)).toBe(false);
});

it("does not list what is missing where nothing is there at all", () => {
  expect(said([{ kind: "no_metadata" }], ["time", "position", "device"])).toHaveLength(1);
  expect(said([], ["position"])).toEqual(["没有位置"]);
});

it("asks for no second look on a faint sign alone", () => {
  const notes = (remarks: Remark[]): PhotoNotes => ({ photo: elsewhere.photo, data_state: "local_only", has_preview: true, time_grade: "gps", missing: [], remarks });
  expect(deservesLook(notes([{ kind: "screenshot", sure: "possible" }]))).toBe(false);
  expect(deservesLook(notes([{ kind: "screen_photo", sure: "possible" }]))).toBe(false);
  expect(deservesLook(notes([{ kind: "screenshot", sure: "likely" }]))).toBe(true);
  expect(deservesLook(notes([{ kind: "same_bytes", elsewhere }]))).toBe(true);
});
