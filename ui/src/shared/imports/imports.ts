/** Taking files into a visit or into the inbox: one import at a time, its progress and its report. */
import { computed, onBeforeUnmount, onMounted, ref } from "vue";
import type { ApiError, ImportProgress, ImportReport, VisitId } from "@/contract";
import { asApiError, HostError, type FieldHost, type Pick } from "@/host";
import { perFrame } from "@/shared/frames";
import { isTextField, useKeys } from "@/shared/keys";

type Method = "dialog" | "drop" | "paste";

/** How many files of a report were taken, were there before, and were not taken. */
export function counted(rows: ImportReport["rows"]) {
  const of = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return { all: rows.length, taken: of("taken"), duplicate: of("duplicate"), refused: of("refused") };
}

/** `visit` is where the files go; none is the inbox. */
export function useImports(host: FieldHost, visit: VisitId | null, options: { changed: () => void; failed: (error: ApiError) => void; mayTake: () => boolean }) {
  const progress = ref<ImportProgress | null>(null);
  /** Whether one goes on: what hangs on this is not drawn anew whenever it goes on by a file. */
  const running = computed(() => progress.value !== null);
  const report = ref<ImportReport | null>(null);
  const show = ref(false);
  let current: string | null = null;
  /** When this screen began to watch the import, and how many bytes were done then. */
  const began = ref({ at: 0, bytes: 0 });
  const now = ref(0);

  /** Bytes a second so far and the seconds that are left at this pace; none before there is a pace worth telling. */
  const pace = computed(() => {
    const at = progress.value;
    const seconds = (now.value - began.value.at) / 1000;
    const bytes = (at?.bytes ?? 0) - began.value.bytes;
    if (!at || bytes <= 0 || seconds < 1) return null;
    const perSecond = bytes / seconds;
    return { perSecond, left: Math.ceil(Math.max(0, at.total_bytes - at.bytes) / perSecond) };
  });
  /** How much is done, of a hundred. */
  const share = computed(() => {
    const at = progress.value;
    if (!at) return 0;
    const [done, all] = at.total_bytes ? [at.bytes, at.total_bytes] : [at.done, at.total];
    return all ? Math.min(100, Math.floor((done * 100) / all)) : 0;
  });

  const summary = computed(() => counted(report.value?.rows ?? []));

  function watchFrom(bytes: number): void {
    report.value = null;
    now.value = Date.now();
    began.value = { at: now.value, bytes };
  }

  async function begin(handles: string[], method: Method): Promise<void> {
    if (!handles.length || progress.value || !options.mayTake()) return;
    watchFrom(0);
    progress.value = { import: "", visit, resumed: false, done: 0, total: 0, bytes: 0, total_bytes: 0, finished: false };
    try {
      const started = await (visit === null ? host.call("import_to_inbox", { handles, method }) : host.call("import_photos", { visit, handles, items: [], method }));
      current = started.import;
      // A small import may be over before its id is known here.
      const soFar = await host.call("import_report", { import: started.import });
      if (soFar.finished) await over();
      else if (progress.value) progress.value = { ...progress.value, import: started.import };
    } catch (thrown) {
      current = null;
      progress.value = null;
      options.failed(asApiError(thrown));
    }
  }

  async function over(): Promise<void> {
    if (!current) return;
    const id = current;
    current = null;
    far.stop();
    progress.value = null;
    try {
      report.value = await host.call("import_report", { import: id });
      // What was taken stands where it was taken to; only a file that was not taken is worth stopping the work for.
      show.value = summary.value.refused > 0;
    } catch (thrown) {
      options.failed(asApiError(thrown));
    }
    options.changed();
  }

  async function pick(what: Pick): Promise<void> {
    try {
      await begin(await host.pickFiles(what), "dialog");
    } catch (thrown) {
      options.failed(asApiError(thrown));
    }
  }

  async function cancel(): Promise<void> {
    if (!current) return;
    try {
      await host.call("cancel_import", { import: current });
    } catch (thrown) {
      options.failed(asApiError(thrown));
    }
  }

  /** An import that goes on while no screen watched it, or since the program was opened again, is watched from here on. */
  function meet(at: ImportProgress): void {
    if (current !== null || progress.value !== null || at.finished) return;
    current = at.import;
    watchFrom(at.bytes);
  }

  const far = perFrame<ImportProgress>((at) => {
    progress.value = at;
    now.value = Date.now();
  });
  const stop = host.onEvent((event) => {
    if (event.event === "dropped") void begin(event.handles, "drop");
    if (event.event !== "import" || event.progress.visit !== visit) return;
    meet(event.progress);
    if (event.progress.import !== current) return;
    if (event.progress.finished) void over();
    else far.tell(event.progress);
  });

  async function paste(event: ClipboardEvent): Promise<void> {
    const files = [...(event.clipboardData?.files ?? [])];
    // A table's cells come as text and as a picture of them: who types wants the text.
    if (!files.length || isTextField(event.target) || !host.can("paste_files")) return;
    event.preventDefault();
    try {
      await begin(await host.handIn(files), "paste");
    } catch (thrown) {
      options.failed(asApiError(thrown));
    }
  }
  /** In a window, whose page is not told of files that were copied. */
  async function pasteCopied(): Promise<void> {
    if (progress.value || !options.mayTake()) return;
    try {
      const handles = await host.pickFiles("clipboard");
      if (!handles.length) throw new HostError({ code: "no_file_copied", params: {} });
      await begin(handles, "paste");
    } catch (thrown) {
      options.failed(asApiError(thrown));
    }
  }
  const pasted = (event: ClipboardEvent) => void paste(event);
  useKeys(({ key, control, typing }) => {
    if (control && key === "v" && !typing && host.can("paste_paths")) void pasteCopied();
    return false;
  });
  onMounted(() => window.addEventListener("paste", pasted));
  onBeforeUnmount(() => {
    window.removeEventListener("paste", pasted);
    stop();
    far.stop();
  });

  return { progress, running, pace, share, report, show, summary, pick, cancel, inbox: visit === null };
}

export type Imports = ReturnType<typeof useImports>;
