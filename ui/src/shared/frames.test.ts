import { afterEach, expect, it, vi } from "vitest";
import { perFrame } from "./frames";

afterEach(() => vi.useRealTimers());

it("shows the first at once, and then the newest of each frame", () => {
  vi.useFakeTimers();
  const shown: number[] = [];
  const { tell, stop } = perFrame<number>((one) => shown.push(one));
  for (let one = 1; one <= 100; one++) tell(one);
  expect(shown).toEqual([1]);
  vi.advanceTimersToNextFrame();
  expect(shown).toEqual([1, 100]);
  tell(101);
  tell(102);
  vi.advanceTimersToNextFrame();
  expect(shown).toEqual([1, 100, 102]);
  vi.advanceTimersToNextFrame();
  tell(103);
  expect(shown).toEqual([1, 100, 102, 103]);
  tell(104);
  stop();
  vi.advanceTimersToNextFrame();
  expect(shown).toEqual([1, 100, 102, 103]);
  tell(105);
  expect(shown.at(-1)).toBe(105);
  stop();
});
