/** Photos of a visit that stand in another one too, and both side by side. */
import { shallowRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import type { ApiError, Doubt, Elsewhere, PhotoId, PhotoNotes, ReviewView } from "@/contract";
import { asApiError, useConsoleHost } from "@/host";
import { day, shortDigest } from "@/shared/format";
import { usePhotoWords } from "@/shared/photo";
import type { Compared } from "@/shared/pictures/CompareView.vue";
import { largeByServer } from "@/shared/pictures/showable";

/** Whether a doubt is about photos that stand in another visit too. */
export const isOfReuse = (doubt: Doubt): boolean => doubt.why === "same_bytes" || doubt.why === "same_picture";

/** Where a photo was used before, as its first remark for that doubt says. */
function usedElsewhere(notes: readonly PhotoNotes[], doubt: Doubt, photo: PhotoId): Elsewhere | null {
  const remarks = notes.find((one) => one.photo === photo)?.remarks ?? [];
  return remarks.flatMap((one) => ("elsewhere" in one && one.kind === doubt.why ? [one.elsewhere] : []))[0] ?? null;
}

export interface Reused {
  /** Both pictures, while they are looked at. */
  two: ShallowRef<readonly [Compared, Compared] | null>;
  /** Why the other visit cannot be read. */
  failure: ShallowRef<ApiError | null>;
  /** Reads the other visit, and shows its photo beside this one of a doubt. */
  open(view: ReviewView, doubt: Doubt, photo: PhotoId): Promise<void>;
}

export function useReused(scope: () => string): Reused {
  const host = useConsoleHost();
  const { t } = useI18n();
  const words = usePhotoWords();
  const two = shallowRef<readonly [Compared, Compared] | null>(null);
  const failure = shallowRef<ApiError | null>(null);

  function side(view: ReviewView, id: PhotoId): Compared | null {
    const attached = view.visit.photos.find((one) => one.attached.photo === id)?.attached;
    if (!attached) return null;
    const arrived = view.photo_notes.find((one) => one.photo === id)?.data_state === "originals_arrived";
    const url = (what: "thumb" | "original" | "preview") => host.photoUrl(scope(), view.visit.id, id, what);
    return {
      id,
      name: attached.name,
      small: attached.thumbnail ? url("thumb") : null,
      src: arrived ? url(largeByServer(attached.mime)) : null,
      full: null,
      facts: [
        [t("list.column.name"), attached.name],
        [t("list.column.taken_at"), words.taken(attached.meta) ?? t("missing.time")],
        [t("list.column.station_name"), [view.station?.name, day(view.visit.description.started_at_ms)].filter(Boolean).join(t("words.comma"))],
        ["SHA-256", shortDigest(attached.original.sha256)],
      ],
    };
  }

  async function open(view: ReviewView, doubt: Doubt, photo: PhotoId): Promise<void> {
    const elsewhere = usedElsewhere(view.photo_notes, doubt, photo);
    if (!elsewhere) return;
    failure.value = null;
    try {
      const other = await host.call("get_visit", { scope: scope(), visit: elsewhere.visit });
      const [here, there] = [side(view, photo), side(other, elsewhere.photo)];
      if (here && there) two.value = [here, there];
      else failure.value = { code: "not_found", params: {} };
    } catch (thrown) {
      failure.value = asApiError(thrown);
    }
  }
  return { two, failure, open };
}
