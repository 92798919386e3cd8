import { describe, expect, it } from "vitest";
import { fingerprintGroups, instant, isoDay, size, yuan } from "./format";

describe("format", () => {
  it("reads dates in the ways that people type them", () => {
    for (const text of ["2026-11-05", "2026-11-5", "2026.11.5", "20261105", "2026年11月5日", "2026/11/05"]) expect(isoDay(text), text).toBe("2026-11-05");
    for (const text of ["2026-13-01", "2026-02-29", "tomorrow", ""]) expect(isoDay(text), text).toBeNull();
  });
  it("reads a day and a clock time as one instant", () => {
    expect(instant("2026-11-21", "9:05")).toBe(new Date(2026, 10, 21, 9, 5).getTime());
    expect(instant("2026-11-21", "0905")).toBe(new Date(2026, 10, 21, 9, 5).getTime());
    expect(instant("2026-11-21", "09：05")).toBe(new Date(2026, 10, 21, 9, 5).getTime());
    expect(instant("2026-11-21", "24:00")).toBeNull();
  });
  it("writes money, sizes and fingerprints", () => {
    expect(yuan(186000)).toBe("1,860");
    expect(yuan(100000005)).toBe("1,000,000.05");
    expect(yuan(-1)).toBe("-0.01");
    expect(size(4_213_000)).toBe("4.0 MB");
    expect(fingerprintGroups("9f2c41d0 7be8")).toEqual(["9f2c", "41d0", "7be8"]);
  });
});
