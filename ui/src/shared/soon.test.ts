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
