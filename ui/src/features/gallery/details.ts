/** What is known of a photo beyond its row: read with its visit, once while one looks at that visit's photos. */
import { shallowRef, watch, type Ref } from "vue";
import type { ApiError, ListRow, PhotoAttached, PhotoNotes, VisitPhoto, VisitView } from "@/contract";
import { asApiError, type FieldHost } from "@/host";

/** Visits that are remembered; a walk through the gallery passes from one to the next. */
const MOST = 8;

export interface Details {
  view: VisitView;
  attached: PhotoAttached;
  /** None of one that came after the seal. */
  known: VisitPhoto | null;
  notes: PhotoNotes | null;
}

export function detailsOf(view: VisitView, photo: string): Details | null {
  const known = view.visit.photos.find((one) => one.attached.photo === photo) ?? null;
  const attached = known?.attached ?? view.visit.uncovered.find((entry) => entry.photo?.photo === photo)?.photo;
  return attached ? { view, attached, known, notes: view.photo_notes.find((one) => one.photo === photo) ?? null } : null;
}

export function useDetails(host: FieldHost, row: Ref<ListRow | null>) {
  const visits = new Map<string, Promise<VisitView>>();
  const details = shallowRef<Details | null>(null);
  const failure = shallowRef<ApiError | null>(null);

  function visitOf(id: string): Promise<VisitView> {
    const known = visits.get(id) ?? host.call("get_visit", { visit: id });
    visits.delete(id);
    visits.set(id, known);
    known.catch(() => visits.delete(id));
    for (const oldest of [...visits.keys()].slice(0, Math.max(0, visits.size - MOST))) visits.delete(oldest);
    return known;
  }

  async function read(of: ListRow): Promise<Details | null> {
    return of.visit ? detailsOf(await visitOf(of.visit), of.id) : null;
  }

  async function load(): Promise<void> {
    const of = row.value;
    if (!of) return;
    try {
      const found = await read(of);
      if (row.value?.id !== of.id) return;
      details.value = found;
      failure.value = null;
    } catch (thrown) {
      if (row.value?.id === of.id) failure.value = asApiError(thrown);
    }
  }
  /** Photos of one visit follow each other at once: what is on the screen stays, and the focus with it. */
  function atOnce(): Details | null {
    const view = details.value?.view;
    return view && row.value && view.visit.id === row.value.visit ? detailsOf(view, row.value.id) : null;
  }
  watch(() => row.value?.id, () => ((details.value = atOnce()), load()), { immediate: true });

  return {
    details,
    failure,
    read,
    /** Takes what a call answered for what is known of that visit from now on. */
    heard(view: VisitView): void {
      visits.set(view.visit.id, Promise.resolve(view));
      void load();
    },
    /** Reads everything anew when it is asked for next. */
    forget(): void {
      visits.clear();
      void load();
    },
  };
}
