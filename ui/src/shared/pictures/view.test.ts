import { expect, it } from "vitest";
import { layOutTiles, stepped } from "./grid";
import { keyed, moved, WHOLE, zoomed } from "./view";

it("keeps what is under the pointer where it is, and the picture on its stage", () => {
  const at = { x: 0.25, y: -0.1 };
  const close = zoomed({ ...WHOLE }, 3, at);
  // The part of the picture at a place of the stage is (place - moved) / scale.
  expect((at.x - close.x) / close.scale).toBeCloseTo(0.25);
  expect((at.y - close.y) / close.scale).toBeCloseTo(-0.1);
  expect(moved(close, { x: 9, y: -9 })).toEqual({ scale: 3, x: 1, y: -1 });
  expect(zoomed(close, 0.01)).toEqual({ scale: 1, x: 0, y: 0 });
  expect(zoomed(close, 1e9).scale).toBe(16);
});

it("knows its keys and leaves the others alone", () => {
  const close = keyed("+", true, { ...WHOLE })!;
  expect(close.scale).toBeGreaterThan(1);
  expect(keyed("=", false, { ...WHOLE })).toEqual(close);
  expect(keyed("-", false, close)?.scale).toBeCloseTo(1);
  expect(keyed("0", false, close)).toEqual(WHOLE);
  expect(keyed("ArrowLeft", true, close)?.x).toBeGreaterThan(0);
  expect(keyed("ArrowLeft", false, close)).toBeNull();
  expect(keyed("Enter", false, close)).toBeNull();
});

it("lays tiles out in whole columns, and moves among them without leaping at the ends", () => {
  const { columns, width } = layOutTiles(1200);
  expect(columns * width + (columns - 1) * 8).toBeLessThanOrEqual(1200);
  expect(layOutTiles(100).columns).toBe(2);
  expect(stepped("ArrowDown", 3, 100, 7, 3)).toBe(10);
  expect(stepped("ArrowUp", 3, 100, 7, 3)).toBe(3);
  expect(stepped("ArrowDown", 96, 100, 7, 3)).toBe(99);
  expect(stepped("ArrowDown", 99, 100, 7, 3)).toBe(99);
  expect(stepped("PageDown", 0, 100, 7, 3)).toBe(21);
  expect(stepped("End", 0, 50_000, 7, 3)).toBe(49_999);
  expect(stepped("Home", 40_000, 50_000, 7, 3)).toBe(0);
  expect(stepped("a", 0, 100, 7, 3)).toBeNull();
});
