/** Many causes, one effect: calls the work at most once in so many milliseconds, and once after the last cause. */
export function soon(ms: number, work: () => Promise<void>): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = false;
  let again = false;
  let stopped = false;
  async function run(): Promise<void> {
    timer = null;
    running = true;
    await work();
    running = false;
    if (again && !stopped) call();
  }
  function call(): void {
    again = running;
    if (stopped || running || timer !== null) return;
    timer = setTimeout(() => void run(), ms);
  }
  function stop(): void {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
  }
  return { call, stop };
}
