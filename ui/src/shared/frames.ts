/** Many tell, a screen shows: the first of what comes is shown at once, and then of each frame only the newest. */
export function perFrame<T>(show: (newest: T) => void): { tell: (one: T) => void; stop: () => void } {
  let frame = 0;
  let newest: { one: T } | null = null;
  function next(): void {
    frame = 0;
    if (newest) tell(newest.one);
  }
  function tell(one: T): void {
    if (frame) {
      newest = { one };
      return;
    }
    newest = null;
    frame = requestAnimationFrame(next);
    show(one);
  }
  function stop(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    newest = null;
  }
  return { tell, stop };
}
