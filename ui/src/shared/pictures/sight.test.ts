import { expect, it } from "vitest";
import { bringIntoSight } from "./sight";

/** Where a scroller of 300 pixels stands afterwards. */
function after(top: number, start: number, end: number, head = 0): number {
  const scroller = { scrollTop: top, clientHeight: 300, scrollTo: ({ top: to }: { top: number }) => (scroller.scrollTop = to) };
  bringIntoSight(scroller as unknown as HTMLElement, start, end, head);
  return scroller.scrollTop;
}

it("moves no further than brings a row wholly into sight", () => {
  expect(after(100, 120, 220)).toBe(100);
  expect(after(100, 350, 450)).toBe(150);
  expect(after(100, 60, 160)).toBe(60);
});

it("brings it below the head that stays, and never above the beginning", () => {
  expect(after(100, 120, 220, 56)).toBe(64);
  expect(after(100, 20, 120, 56)).toBe(0);
});
