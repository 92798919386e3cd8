import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { makeI18n } from "@/i18n";
import PhotoFacts from "./PhotoFacts.vue";

it("says of each value where it comes from", () => {
  const facts = mount(PhotoFacts, {
    props: {
      name: "a.jpg",
      mime: "image/jpeg",
      original: { sha256: "0".repeat(64), len: 1 },
      distanceM: null,
      notes: null,
      meta: {
        taken_at: "2026-11-21T09:10:05",
        gps_time: "2026-11-21T01:10:05Z",
        altitude_cm: 120_000,
        direction_cdeg: 9_000,
        position_error_cm: 500,
        make: "HUAWEI",
        serial: "7654321",
        width: 40,
        height: 30,
        orientation: 6,
        position: { lat_e7: 300_000_000, lon_e7: 1_000_000_000, datum: "wgs84" },
        sources: [
          "taken_at: XMP.DateTimeOriginal",
          "gps_time: GPS.GPSDateStamp, GPS.GPSTimeStamp",
          "position: XMP",
          "altitude: GPS.GPSAltitude",
          "direction: GPS.GPSImgDirection",
          "position_error: GPS.GPSHPositioningError",
          "make: QuickTime.Make",
          "serial: MakerNote.SerialNumber",
          "width,height: JPEG",
          "orientation: Exif.Orientation",
        ],
      },
    },
    global: { plugins: [makeI18n()] },
  });
  const source = (key: string) => facts.get(`[data-testid="photo-fact-${key}"] .source`).text();
  expect(["taken", "gps_time", "position", "altitude", "direction", "error", "device", "serial", "pixels", "orientation"].map(source)).toEqual([
    "XMP · DateTimeOriginal",
    "EXIF · GPSDateStamp、EXIF · GPSTimeStamp",
    "XMP",
    "EXIF · GPSAltitude",
    "EXIF · GPSImgDirection",
    "EXIF · GPSHPositioningError",
    "文件容器 · QuickTime.Make",
    "相机厂商注释 · SerialNumber",
    "文件容器 · JPEG",
    "EXIF · Orientation",
  ]);
});

it("names a datum in words, also one that is not known", () => {
  const meta = { position: { lat_e7: 300_000_000, lon_e7: 1_000_000_000, datum: "unknown" as const } };
  const props = { name: "a.jpg", mime: "image/jpeg", original: { sha256: "0".repeat(64), len: 1 }, distanceM: null, notes: null, meta };
  const facts = mount(PhotoFacts, { props, global: { plugins: [makeI18n()] } });
  expect(facts.get("[data-testid=photo-fact-position]").text()).toContain("30.000000, 100.000000 (坐标系不明)");
});
