/** One vocabulary of state: every chip has a shape, a word and a tone. */
import type { DataState, KeyStanding, VisitPhase } from "@/contract";

export type Tone = "plain" | "work" | "wait" | "good" | "done" | "bad";

export const PHASES: Record<VisitPhase, { shape: string; tone: Tone }> = {
  in_progress: { shape: "◐", tone: "work" },
  awaiting_signature: { shape: "◇", tone: "wait" },
  sealed: { shape: "■", tone: "good" },
  returned: { shape: "↩", tone: "bad" },
  reviewed: { shape: "✓", tone: "done" },
  aborted: { shape: "⊘", tone: "plain" },
};

/** Whether a visit can still be changed here: before its seal, or returned to be mended. */
export const isOpen = (phase: VisitPhase): boolean => phase === "in_progress" || phase === "returned";

export const DATA_STATES: Record<DataState, { shape: string; tone: Tone }> = {
  local_only: { shape: "▫", tone: "plain" },
  copied: { shape: "◫", tone: "plain" },
  acknowledged: { shape: "△", tone: "plain" },
  receipted: { shape: "▲", tone: "plain" },
  thumbnails_arrived: { shape: "◧", tone: "plain" },
  originals_arrived: { shape: "◼", tone: "done" },
};

export const MARKS = {
  disputed: { shape: "⇄", tone: "bad" },
  pending: { shape: "…", tone: "wait" },
  uncovered: { shape: "＋", tone: "wait" },
  proposed: { shape: "？", tone: "wait" },
  paper: { shape: "✎", tone: "wait" },
} as const satisfies Record<string, { shape: string; tone: Tone }>;

export const STANDINGS: Record<KeyStanding, { shape: string; tone: Tone }> = {
  pending: { shape: "…", tone: "wait" },
  certified: { shape: "✓", tone: "done" },
};
