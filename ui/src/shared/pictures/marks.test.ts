import { expect, it } from "vitest";
import { arrowPath, made, shifted, spot, WHOLE } from "./marks";

it("makes a mark of what was drawn, and none of a mere press", () => {
  expect(made("blur", spot(100, 100), spot(2_000, 3_000), "")).toEqual({ kind: "blur", from: { x: 100, y: 100 }, to: { x: 2_000, y: 3_000 } });
  expect(made("rectangle", spot(100, 100), spot(110, 120), "")).toBeNull();
  expect(made("text", spot(100, 100), spot(100, 100), " 门牌 ")).toEqual({ kind: "text", at: { x: 100, y: 100 }, text: "门牌" });
  expect(made("text", spot(100, 100), spot(9_000, 100), "  ")).toBeNull();
  expect(spot(-5, WHOLE + 7)).toEqual({ x: 0, y: WHOLE });
});

it("moves marks within the picture and keeps their size there", () => {
  const mark = made("arrow", spot(0, 0), spot(1_000, 1_000), "")!;
  expect(shifted(mark, 100, 0, false)).toMatchObject({ from: { x: 100, y: 0 }, to: { x: 1_100, y: 1_000 } });
  expect(shifted(mark, -100, 0, false)).toEqual(mark);
  expect(shifted(mark, 100, 50, true)).toMatchObject({ from: { x: 0, y: 0 }, to: { x: 1_100, y: 1_050 } });
});

it("points an arrow where it points", () => {
  expect(arrowPath({ x: 0, y: 0 }, { x: 100, y: 0 }, 20)).toMatch(/^M0 0L100 0M82\.\d+ -9\.\d+L100 0M82\.\d+ 9\.\d+L100 0$/);
});
