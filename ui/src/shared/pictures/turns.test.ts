import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeTurns, REST_MS } from "./turns";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("fetches what rests in sight, a few at a time, and never what was scrolled past", () => {
  const turns = makeTurns(4);
  const fetched: number[] = [];
  const ask = (n: number) => turns.ask(() => void fetched.push(n));
  // Two thousand tiles fly past within the time of a rest.
  for (let n = 0; n < 2000; n++) ask(n)();
  const seen = [2000, 2001, 2002, 2003, 2004, 2005].map(ask);
  vi.advanceTimersByTime(REST_MS);
  expect(fetched).toEqual([2000, 2001, 2002, 2003]);
  // One that comes is let go twice, one that waits is given up: one place, not two, is free.
  seen[0]?.();
  seen[0]?.();
  seen[5]?.();
  expect(fetched).toEqual([2000, 2001, 2002, 2003, 2004]);
  for (const over of seen) over();
  ask(3000);
  vi.advanceTimersByTime(REST_MS);
  expect(fetched.at(-1)).toBe(3000);
});
