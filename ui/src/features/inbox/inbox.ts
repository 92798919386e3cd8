/** The inbox as the host has it, with what a person says of it before it is assigned. */
import { computed, onBeforeUnmount, shallowRef } from "vue";
import type { Assigned, Assignment, Inbox, InboxPhoto, NotAssigned, Pack, PhotoId, VisitId } from "@/contract";
import { asApiError, type FieldHost } from "@/host";
import { useGuarded } from "@/shared/guarded";
import { soon } from "@/shared/soon";
import { useWaiting } from "@/shared/waiting";
import { planOf, without, withItems, withVisit, type Correction, type ItemCode } from "./aim";
import { idsOf } from "./choice";
import { placeIn } from "./words";

/** Photos of one call at most. */
export const MOST = 1_000;

/** The first photos of an import are shown after so long; a few more come meanwhile. */
const FIRST_MS = 150;

/** What became of photos that were assigned. */
export interface Outcome {
  visits: { visit: VisitId; photos: number }[];
  refused: NotAssigned[];
}

export function outcomeOf(done: readonly Assignment[], refused: readonly NotAssigned[], order: readonly VisitId[]): Outcome {
  const stayed = new Set(refused.map((one) => one.photo));
  const visits = order.map((visit) => ({ visit, photos: done.filter((one) => one.visit === visit && !stayed.has(one.photo)).length }));
  return { visits: visits.filter((one) => one.photos > 0), refused: [...refused] };
}

export function useInbox(host: FieldHost) {
  const waiting = useWaiting();
  const inbox = shallowRef<Inbox | null>(null);
  const packs = shallowRef<Pack[]>([]);
  const corrections = shallowRef<Map<PhotoId, Correction>>(new Map());
  /** Rules that kept photos from their visits. */
  const refused = shallowRef<Map<PhotoId, string>>(new Map());
  const { busy, failure, guarded: attempt } = useGuarded();
  /** Whether what failed was reading, which is mended by reading again; other failures stand until the next act. */
  let unread = false;

  const visits = computed(() => inbox.value?.visits ?? []);
  const order = computed(() => visits.value.map((row) => row.visit));
  const rows = computed(() => new Map(visits.value.map((row) => [row.visit, row])));
  const packOf = (visit: VisitId): string | null => rows.value.get(visit)?.pack ?? null;
  const placeOf = (visit: VisitId, item: ItemCode): number => placeIn(packs.value, packOf(visit) ?? "", item);
  const photos = computed(() => inbox.value?.photos ?? []);
  const standing = computed(() => photos.value.filter((one) => !one.aside));
  const aside = computed(() => photos.value.filter((one) => one.aside));

  function heard(next: Inbox): void {
    inbox.value = next;
    waiting.heard(next);
    const here = new Set(idsOf(next.photos));
    corrections.value = new Map([...corrections.value].filter(([photo]) => here.has(photo)));
    refused.value = new Map([...refused.value].filter(([photo]) => here.has(photo)));
  }
  function guarded(work: () => Promise<void>): Promise<void> {
    unread = false;
    return attempt(work);
  }
  async function load(): Promise<void> {
    try {
      const [next, known] = await Promise.all([host.call("list_inbox", {}), packs.value.length ? packs.value : host.call("list_packs", {})]);
      packs.value = known;
      heard(next);
      if (unread) failure.value = null;
      unread = false;
    } catch (thrown) {
      failure.value = asApiError(thrown);
      unread = true;
    }
  }

  /** Puts photos into visits, a thousand at a time. What is in stays in when a later call fails. */
  async function assign(assignments: readonly Assignment[]): Promise<Outcome> {
    const done: Assignment[] = [];
    const stayed: NotAssigned[] = [];
    const order_ = order.value;
    await guarded(async () => {
      let last: Assigned | null = null;
      try {
        for (let from = 0; from < assignments.length; from += MOST) {
          const part = assignments.slice(from, from + MOST);
          last = await host.call("assign_photos", { assignments: part });
          done.push(...part);
          stayed.push(...last.refused);
        }
      } finally {
        if (last) heard(last.inbox);
        refused.value = new Map([...refused.value, ...stayed.map((one) => [one.photo, one.rule] as const)]);
      }
    });
    return outcomeOf(done, stayed, order_);
  }

  const putAside = (ids: readonly PhotoId[], away: boolean) =>
    guarded(async () => {
      for (let from = 0; from < ids.length; from += MOST) heard(await host.call("put_aside", { photos: ids.slice(from, from + MOST), aside: away }));
    });

  // Visits go on while one sorts, and so does what is proposed. What comes in without a visit shows its first pictures at once.
  const again = soon(1000, load, FIRST_MS);
  const stop = host.onEvent((event) => {
    if (event.event === "changed") again.call();
    if (event.event === "import" && event.progress.visit === null && event.progress.done > 0 && !event.progress.finished) again.call();
  });
  onBeforeUnmount(() => {
    stop();
    again.stop();
  });

  return {
    inbox,
    packs,
    corrections,
    refused,
    failure,
    busy,
    visits,
    order,
    rows,
    photos,
    standing,
    aside,
    packOf,
    placeOf,
    load,
    assign,
    putAside,
    plan: (of: readonly InboxPhoto[]) => planOf(of, corrections.value, order.value),
    sayVisit: (of: readonly InboxPhoto[], visit: VisitId) => void (corrections.value = withVisit(corrections.value, of, visit, packOf)),
    sayItems: (of: readonly InboxPhoto[], items: readonly ItemCode[]) => void (corrections.value = withItems(corrections.value, of, items)),
    unsay: (ids: Iterable<PhotoId>) => void (corrections.value = without(corrections.value, ids)),
  };
}
export type InboxState = ReturnType<typeof useInbox>;
