/**
 * One visit while it is worked on: what the host says, what is typed, and the way from one to the other.
 *
 * What is typed becomes a durable draft within {@link DRAFT_MS} of a key, whether or not typing goes on, and an entry when the
 * field or the item is left. Writes of a visit go to the host one after another, so that no draft overtakes its entry.
 */
import { computed, reactive, ref, shallowRef } from "vue";
import type { Answer, AnswerVersion, ApiError, FieldCalls, Item, VisitId, VisitView } from "@/contract";
import { asApiError, type FieldHost } from "@/host";
import { isOpen } from "@/shared/chips";
import { usePaper } from "./paper";
import { formFromDraft, formOf, readForm, sameAnswer, type ItemForm } from "./form";

export const DRAFT_MS = 300;
/** How long a write that failed waits before it is tried again by itself. */
export const RETRY_MS = 5_000;

/** A slot whose last write failed: why, and the text that is nowhere but on the screen; none when the text is a draft already. */
export interface Trouble {
  error: ApiError;
  unsaved: string | null;
}

export function useSheet(host: FieldHost, visit: VisitId) {
  const view = shallowRef<VisitView | null>(null);
  const savedAt = ref<number | null>(null);
  /** Slots in trouble. One is cleared only by a write of its own: what was saved elsewhere says nothing of it. */
  const troubles = reactive(new Map<string, Trouble>());
  /** Why the last step that typed nothing was refused. */
  const refusal = ref<ApiError | null>(null);
  /** Forms with something that is not an entry yet. */
  const open = reactive(new Map<string, ItemForm>());
  const versions = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const texts = new Map<string, string>();
  /** Slots of which the host may hold a draft, sent or on its way. */
  const mayHold = new Set<string>();
  const paper = usePaper(visit);
  let chain: Promise<unknown> = Promise.resolve();
  let reading: Promise<void> | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  const sealed = computed(() => view.value !== null && !isOpen(view.value.phase));
  const unsaved = computed(() => [...troubles].filter(([, trouble]) => trouble.unsaved !== null).map(([slot]) => slot));
  const failure = computed(() => {
    const all = [...troubles.values()];
    return (all.find((one) => one.unsaved !== null) ?? all[0])?.error ?? refusal.value;
  });

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = chain.then(work, work);
    chain = next.catch(() => undefined);
    return next;
  }

  function heard(next: VisitView): void {
    view.value = next;
    savedAt.value = Math.max(savedAt.value ?? 0, next.saved_at_ms);
  }
  function failed(error: ApiError): void {
    refusal.value = error;
  }
  function trouble(slot: string, error: ApiError, text: string | null): void {
    troubles.set(slot, { error, unsaved: text });
    if (text !== null) again ??= setTimeout(() => void retry(), RETRY_MS);
  }

  const item = (code: string): Item | undefined => view.value?.pack.items.find((one) => one.code === code);

  function standing(code: string): Answer | null {
    const seen = view.value?.visit.answers[code];
    return seen?.length === 1 ? (seen[0]?.answer ?? null) : null;
  }

  function form(one: Item): ItemForm {
    return open.get(one.code) ?? formOf(one, standing(one.code));
  }

  async function read(): Promise<void> {
    try {
      const next = await inTurn(() => {
        reading = null;
        return host.call("get_visit", { visit });
      });
      const first = view.value === null;
      heard(next);
      if (!first) return;
      for (const draft of next.drafts) {
        texts.set(draft.slot, draft.raw);
        mayHold.add(draft.slot);
        const of = item(draft.slot);
        const kept = of ? formFromDraft(of, draft.raw) : null;
        if (kept) open.set(draft.slot, kept);
      }
    } catch (thrown) {
      failed(asApiError(thrown));
    }
  }
  /** Reads the visit, in turn with what is written, so that no late answer overwrites a newer one. Requests that wait are one. */
  function load(): Promise<void> {
    reading ??= read();
    return reading;
  }

  /** Writes a slot's draft; an empty text takes it away. Whether it is durable now. */
  async function write(slot: string, raw: string): Promise<boolean> {
    mayHold.add(slot);
    if (raw) texts.set(slot, raw);
    try {
      const saved = await inTurn(() => host.call("save_draft", { visit, slot, raw }));
      if (!raw) {
        texts.delete(slot);
        mayHold.delete(slot);
      }
      savedAt.value = saved.saved_at_ms;
      return true;
    } catch (thrown) {
      trouble(slot, asApiError(thrown), raw);
      return false;
    }
  }
  async function saveDraft(slot: string, raw: string): Promise<void> {
    if (await write(slot, raw)) troubles.delete(slot);
  }

  /** Tries once more to write what is unsaved. */
  async function retry(): Promise<void> {
    clearTimeout(again);
    again = undefined;
    for (const slot of unsaved.value) {
      const typed = open.get(slot);
      await saveDraft(slot, typed ? JSON.stringify(typed) : (troubles.get(slot)?.unsaved ?? ""));
    }
  }

  /** Keeps what is typed in a slot, at the latest {@link DRAFT_MS} from now. */
  function keep(slot: string, raw: () => string): void {
    if (sealed.value || timers.has(slot)) return;
    timers.set(
      slot,
      setTimeout(() => {
        timers.delete(slot);
        void saveDraft(slot, raw());
      }, DRAFT_MS),
    );
  }

  function drop(slot: string): void {
    clearTimeout(timers.get(slot));
    timers.delete(slot);
  }

  function edit(one: Item, change: (form: ItemForm) => void): void {
    if (sealed.value) return;
    const next = plain(form(one));
    change(next);
    open.set(one.code, next);
    versions.set(one.code, (versions.get(one.code) ?? 0) + 1);
    keep(one.code, () => JSON.stringify(open.get(one.code) ?? next));
  }

  /** Makes an entry of what was typed for an item, if it says something new and everything fits. */
  async function commit(code: string): Promise<void> {
    const one = item(code);
    const typed = open.get(code);
    if (!one || !typed || sealed.value) return;
    const reading = readForm(one, typed);
    if (Object.keys(reading.problems).length || reading.reasonMissing) {
      if (timers.has(code)) {
        drop(code);
        await saveDraft(code, JSON.stringify(typed));
      }
      return;
    }
    const version = versions.get(code);
    drop(code);
    if ((view.value?.visit.answers[code]?.length ?? 0) <= 1 && sameAnswer(reading.answer, standing(code))) {
      open.delete(code);
      troubles.delete(code);
      if (mayHold.has(code)) await saveDraft(code, "");
      return;
    }
    try {
      heard(await inTurn(() => say(code, reading.answer, paper.at.value)));
      if (versions.get(code) === version) {
        texts.delete(code);
        mayHold.delete(code);
        troubles.delete(code);
        open.delete(code);
      }
    } catch (thrown) {
      // After a refused entry the text must at least be a draft; the refusal stays on the screen.
      if (await write(code, JSON.stringify(open.get(code) ?? typed))) trouble(code, asApiError(thrown), null);
    }
  }

  /** Answers an item, at the laptop or by what stands on a paper form. */
  function say(code: string, answer: Answer | null, observed: number | null): Promise<VisitView> {
    if (answer === null || observed === null) return host.call("answer_item", { visit, item: code, answer });
    return host.call("answer_from_paper", { visit, item: code, answer, observed_at_ms: observed });
  }

  /** Makes entries of everything that was typed. */
  async function commitAll(): Promise<void> {
    for (const code of Array.from(open.keys())) await commit(code);
    await chain;
  }

  /** Makes a call that answers with the visit; false when it was refused, with the reason in `failure`. */
  async function change<K extends ChangeCall>(name: K, args: FieldCalls[K]["args"]): Promise<boolean> {
    try {
      heard((await inTurn(() => host.call(name, args))) as VisitView);
      refusal.value = null;
      return true;
    } catch (thrown) {
      failed(asApiError(thrown));
      return false;
    }
  }

  /** Chooses one of several answers that stand side by side, as it was said. */
  const choose = (code: string, { answer, observed_at_ms }: AnswerVersion) =>
    answer !== null && observed_at_ms !== undefined ? change("answer_from_paper", { visit, item: code, answer, observed_at_ms }) : change("answer_item", { visit, item: code, answer });

  /** Stops what would happen later by itself. */
  function stop(): void {
    clearTimeout(again);
  }

  return { visit, paper, view, savedAt, failure, unsaved, failed, retry, open, texts, sealed, item, form, standing, load, edit, commit, commitAll, keep, drop, saveDraft, change, choose, stop };
}

type ChangeCall = "abort_visit" | "hand_over_visit" | "reaim_visit" | "undo_step" | "describe_visit" | "answer_item" | "answer_from_paper" | "tie_photo" | "withdraw_photo" | "correct_clock" | "record_finding" | "withdraw_finding" | "countersign" | "seal_visit";

export type Sheet = ReturnType<typeof useSheet>;

/** A reactive object as plain data. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
