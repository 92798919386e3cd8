import { describe, expect, it } from "vitest";
import { markOf, niceRadius, pressed } from "./plot";

const point = (photo: string, east_m: number, north_m: number) => ({ photo, east_m, north_m, distance_m: 0, datum: "wgs84" as const, converted: false });

describe("the plot", () => {
  it("puts north up and east right", () => {
    expect(markOf(point("a", 50, 25), 100)).toEqual({ id: "a", x: 50, y: -25 });
  });

  it("chooses round radii", () => {
    expect([0, 46, 180, 460].map(niceRadius)).toEqual([50, 100, 200, 1000]);
  });

  it("takes a press for the nearest photo in reach, and goes through those that lie upon one another", () => {
    const marks = [point("a", 0, 0), point("b", 1, 1), point("c", 20, 0)].map((one) => markOf(one, 100));
    expect(pressed(marks, 12, 0)).toBe("c");
    expect(pressed(marks, 60, 0)).toBeNull();
    expect(pressed(marks, 1, 0)).toBe("a");
    expect(pressed(marks, 1, 0, "a")).toBe("b");
    expect(pressed(marks, 1, 0, "b")).toBe("a");
    expect(pressed(marks, 20, 0, "c")).toBe("c");
  });
});
