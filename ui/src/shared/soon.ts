/** Many causes, one effect: calls the work at most once in so many milliseconds, and once after the last cause. */
export function soon(ms: number, work: () => Promise<void>): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = false;
  let again = false;
  async function run(): Promise<void> {
    timer = null;
    running = true;
    await work();
    running = false;
    if (again) call();
  }
  function call(): void {
    again = running;
    if (running || timer !== null) return;
    timer = setTimeout(() => void run(), ms);
  }
  function stop(): void {
    if (timer !== null) clearTimeout(timer);
  }
  return { call, stop };
}
