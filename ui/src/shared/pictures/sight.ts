/**
 * Scrolls only as far as brings a row wholly into sight, below a head that stays at the top. Rows whose heights are known need no
 * measuring afterwards, which would lay the page out once more in every frame of a key that is held.
 */
export function bringIntoSight(scroller: HTMLElement, start: number, end: number, head = 0): void {
  const { scrollTop: top, clientHeight: room } = scroller;
  if (start - head < top) scroller.scrollTo({ top: Math.max(0, start - head) });
  else if (end > top + room) scroller.scrollTo({ top: end - room });
}
