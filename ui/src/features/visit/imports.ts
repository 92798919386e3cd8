/** Taking files into a visit: one import at a time, its progress and its report. */
import { computed, onBeforeUnmount, ref } from "vue";
import type { ApiError, ImportProgress, ImportReport, VisitId } from "@/contract";
import { asApiError, type FieldHost, type Pick } from "@/host";

export function useImports(host: FieldHost, visit: VisitId, options: { changed: () => void; failed: (error: ApiError) => void; mayTake: () => boolean }) {
  const progress = ref<ImportProgress | null>(null);
  const report = ref<ImportReport | null>(null);
  const show = ref(false);
  let current: string | null = null;
  const began = ref(0);
  const now = ref(0);

  /** Files a second so far and the seconds that are left at this pace; none before there is a pace worth telling. */
  const pace = computed(() => {
    const at = progress.value;
    const seconds = (now.value - began.value) / 1000;
    if (!at || at.done < 2 || seconds < 1) return null;
    const perSecond = at.done / seconds;
    return { perSecond: perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond)), left: Math.ceil(Math.max(0, at.total - at.done) / perSecond) };
  });

  const summary = computed(() => {
    const rows = report.value?.rows ?? [];
    const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
    return { all: rows.length, taken: count("taken"), duplicate: count("duplicate"), refused: count("refused") };
  });

  async function begin(handles: string[], method: "dialog" | "drop"): Promise<void> {
    if (!handles.length || progress.value || !options.mayTake()) return;
    report.value = null;
    began.value = now.value = Date.now();
    progress.value = { import: "", visit, done: 0, total: 0, bytes: 0, finished: false };
    try {
      const started = await host.call("import_photos", { visit, handles, items: [], method });
      current = started.import;
      // A small import may be over before its id is known here.
      const soFar = await host.call("import_report", { import: started.import });
      if (soFar.finished) await over();
      else if (progress.value) progress.value = { ...progress.value, import: started.import };
    } catch (thrown) {
      progress.value = null;
      options.failed(asApiError(thrown));
    }
  }

  async function over(): Promise<void> {
    if (!current) return;
    const id = current;
    current = null;
    progress.value = null;
    try {
      report.value = await host.call("import_report", { import: id });
      // What was taken stands in the tray; only a file that was not taken is worth stopping the work for.
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

  const stop = host.onEvent((event) => {
    if (event.event === "dropped") void begin(event.handles, "drop");
    if (event.event !== "import" || event.progress.import !== current) return;
    progress.value = event.progress;
    now.value = Date.now();
    if (event.progress.finished) void over();
  });
  onBeforeUnmount(stop);

  return { progress, pace, report, show, summary, pick, cancel };
}

export type Imports = ReturnType<typeof useImports>;
