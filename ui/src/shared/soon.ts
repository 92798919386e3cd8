/**
 * Many causes, one effect: calls the work at most once in so many milliseconds, and once after the last cause. The first cause after
 * a rest waits as long as the others, or only `first` milliseconds.
 */
export function soon(ms: number, work: () => Promise<void>, first = ms): { call: () => void; stop: () => void } {
  let rested = -Infinity;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = false;
  let again = false;
  let stopped = false;
  async function run(): Promise<void> {
    timer = null;
    running = true;
    await work();
    running = false;
    rested = Date.now() + ms;
    if (again && !stopped) call();
  }
  function call(): void {
    again = running;
    if (stopped || running || timer !== null) return;
    timer = setTimeout(() => void run(), Math.max(first, Math.min(ms, rested - Date.now())));
  }
  function stop(): void {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
  }
  return { call, stop };
}
