/** Typing in from a paper form: the time on the paper, asked once, kept on this machine for the visit until it is ended. */
import { ref } from "vue";
import type { VisitId } from "@/contract";

const name = (visit: VisitId) => `xunzhan.paper.${visit}`;

function kept(visit: VisitId): number | null {
  try {
    const at = Number(localStorage.getItem(name(visit)) ?? Number.NaN);
    return Number.isSafeInteger(at) ? at : null;
  } catch {
    return null;
  }
}

export function usePaper(visit: VisitId) {
  const at = ref(kept(visit));
  function set(next: number | null): void {
    at.value = next;
    try {
      if (next === null) localStorage.removeItem(name(visit));
      else localStorage.setItem(name(visit), String(next));
    } catch {
      // A browser that keeps nothing asks again after a restart.
    }
  }
  return { at, set };
}
