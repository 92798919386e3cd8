/**
 * One visit while it is worked on: what the host says, what is typed, and the way from one to the other.
 *
 * What is typed becomes a durable draft within {@link DRAFT_MS} of a key, whether or not typing goes on, and an entry when the
 * field or the item is left. Writes of a visit go to the host one after another, so that no draft overtakes its entry.
 */
import { computed, reactive, ref, shallowRef } from "vue";
import type { Answer, ApiError, FieldCalls, Item, VisitId, VisitView } from "@/contract";
import { asApiError, type FieldHost } from "@/host";
import { formFromDraft, formOf, readForm, sameAnswer, type ItemForm } from "./form";

export const DRAFT_MS = 300;

export function useSheet(host: FieldHost, visit: VisitId) {
  const view = shallowRef<VisitView | null>(null);
  const savedAt = ref<number | null>(null);
  const failure = ref<ApiError | null>(null);
  /** Forms with something that is not an entry yet. */
  const open = reactive(new Map<string, ItemForm>());
  const versions = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const texts = new Map<string, string>();
  let chain: Promise<unknown> = Promise.resolve();

  const sealed = computed(() => view.value !== null && view.value.phase !== "in_progress");

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = chain.then(work, work);
    chain = next.catch(() => undefined);
    return next;
  }

  function heard(next: VisitView): void {
    view.value = next;
    savedAt.value = Math.max(savedAt.value ?? 0, next.saved_at_ms);
  }

  const item = (code: string): Item | undefined => view.value?.pack.items.find((one) => one.code === code);

  function standing(code: string): Answer | null {
    const seen = view.value?.visit.answers[code];
    return seen?.length === 1 ? (seen[0]?.answer ?? null) : null;
  }

  function form(one: Item): ItemForm {
    return open.get(one.code) ?? formOf(one, standing(one.code));
  }

  async function load(): Promise<void> {
    try {
      const next = await host.call("get_visit", { visit });
      const first = view.value === null;
      heard(next);
      if (!first) return;
      for (const draft of next.drafts) {
        texts.set(draft.slot, draft.raw);
        const of = item(draft.slot);
        const kept = of ? formFromDraft(of, draft.raw) : null;
        if (kept) open.set(draft.slot, kept);
      }
    } catch (thrown) {
      failure.value = asApiError(thrown);
    }
  }

  async function saveDraft(slot: string, raw: string): Promise<void> {
    try {
      const saved = await inTurn(() => host.call("save_draft", { visit, slot, raw }));
      if (raw) texts.set(slot, raw);
      else texts.delete(slot);
      savedAt.value = saved.saved_at_ms;
      failure.value = null;
    } catch (thrown) {
      failure.value = asApiError(thrown);
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
      if (texts.has(code)) await saveDraft(code, "");
      return;
    }
    try {
      heard(await inTurn(() => host.call("answer_item", { visit, item: code, answer: reading.answer })));
      texts.delete(code);
      failure.value = null;
      if (versions.get(code) === version) open.delete(code);
    } catch (thrown) {
      failure.value = asApiError(thrown);
      await saveDraftQuietly(code, typed);
    }
  }

  /** After a refused entry the text must at least be a draft; the refusal stays on the screen. */
  async function saveDraftQuietly(code: string, typed: ItemForm): Promise<void> {
    try {
      savedAt.value = (await inTurn(() => host.call("save_draft", { visit, slot: code, raw: JSON.stringify(typed) }))).saved_at_ms;
    } catch {
      // The first failure is shown already and is of the same store.
    }
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
      failure.value = null;
      return true;
    } catch (thrown) {
      failure.value = asApiError(thrown);
      return false;
    }
  }

  /** Chooses one of several answers that stand side by side. */
  const choose = (code: string, answer: Answer | null) => change("answer_item", { visit, item: code, answer });

  return { visit, view, savedAt, failure, open, texts, sealed, item, form, standing, load, edit, commit, commitAll, keep, drop, saveDraft, change, choose };
}

type ChangeCall = "describe_visit" | "answer_item" | "tie_photo" | "withdraw_photo" | "record_finding" | "withdraw_finding" | "countersign" | "seal_visit";

export type Sheet = ReturnType<typeof useSheet>;

/** A reactive object as plain data. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
