import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { soon } from "./soon";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("works once for many causes, and once more for causes that come while it works", async () => {
  let done = 0;
  let finish = () => {};
  const work = soon(100, () => {
    done += 1;
    return new Promise((resolve) => (finish = resolve));
  });
  for (let n = 0; n < 50; n += 1) work.call();
  await vi.advanceTimersByTimeAsync(100);
  expect(done).toBe(1);
  work.call();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).toBe(1);
  finish();
  await vi.advanceTimersByTimeAsync(100);
  expect(done).toBe(2);
  finish();
  work.call();
  work.stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).toBe(2);
});

it("works soon after the first cause, then at most once in so long however often it is called", async () => {
  const at: number[] = [];
  const began = Date.now();
  const work = soon(1000, async () => void at.push(Date.now() - began), 100);
  const causes = setInterval(work.call, 10);
  await vi.advanceTimersByTimeAsync(3000);
  clearInterval(causes);
  expect(at[0]).toBeLessThanOrEqual(110);
  expect(at).toHaveLength(3);
  expect(at.slice(1).every((then, n) => then - at[n]! >= 1000)).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(at).toHaveLength(4);
  work.call();
  await vi.advanceTimersByTimeAsync(100);
  expect(at).toHaveLength(5);
});
