import { describe, expect, it } from "vitest";
import type { Position } from "@/contract";
import { layOut, niceRadius, offset } from "./plot";

const at = (lat_e7: number, lon_e7: number, datum: Position["datum"] = "wgs84"): Position => ({ lat_e7, lon_e7, datum });

describe("the plot", () => {
  it("puts north up and east right, in metres", () => {
    const { east, north } = offset(at(300_000_000, 1_000_000_000), at(300_010_000, 1_000_010_000));
    expect(north).toBeCloseTo(111.2, 0);
    expect(east).toBeCloseTo(96.3, 0);
  });

  it("chooses round radii", () => {
    expect([0, 46, 180, 460].map(niceRadius)).toEqual([50, 100, 200, 1000]);
  });

  it("never compares a shifted datum, and counts what lies beyond", () => {
    const origin = at(300_000_000, 1_000_000_000);
    const photos = [
      { id: "near", position: at(300_003_000, 1_000_000_000) },
      { id: "far", position: at(310_000_000, 1_000_000_000) },
      { id: "shifted", position: at(300_003_000, 1_000_000_000, "bd09") },
    ];
    const { points, beyond, other } = layOut(origin, photos, 5000);
    expect(points.map((p) => p.id)).toEqual(["near"]);
    expect([beyond, other]).toEqual([1, 1]);
  });
});
