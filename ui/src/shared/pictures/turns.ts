/**
 * Turns of small pictures: a few are fetched at once, and one that went out of sight is given up before it is asked for, or let go while
 * it comes. So nobody who scrolls past thousands waits for them.
 */

/** Pictures that come at once. */
export const MOST = 8;
/** How long a picture is in sight before it is asked for; what is scrolled past is gone by then. */
export const REST_MS = 60;

export interface Turns {
  /** Calls `go` when it is this one's turn. What it answers is called once the picture is there, cannot be had, or is no longer wanted. */
  ask(go: () => void): () => void;
}

export function makeTurns(most = MOST, restMs = REST_MS): Turns {
  const waiting: { go: () => void; since: number; coming: boolean }[] = [];
  let coming = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Lets those through that have rested; who came later is looked at later. */
  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    while (coming < most) {
      const one = waiting[0];
      if (!one) return;
      const left = one.since + restMs - Date.now();
      if (left > 0) {
        timer = setTimeout(begin, left);
        return;
      }
      waiting.shift();
      one.coming = true;
      coming++;
      one.go();
    }
  }

  return {
    ask(go) {
      const one = { go, since: Date.now(), coming: false };
      waiting.push(one);
      timer ??= setTimeout(begin, restMs);
      let over = false;
      return () => {
        if (over) return;
        over = true;
        const at = waiting.indexOf(one);
        if (at >= 0) waiting.splice(at, 1);
        if (!one.coming) return;
        coming--;
        begin();
      };
    },
  };
}
