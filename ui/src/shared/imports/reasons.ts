/** Why photos have no preview, as far as the imports of this run of the program said so. The record of a photo does not hold it. */
import { shallowReactive } from "vue";
import type { ImportReport, PhotoId } from "@/contract";

const heard = shallowReactive(new Map<PhotoId, string>());

export function hearReasons({ rows }: Pick<ImportReport, "rows">): void {
  for (const { outcome, photo, reason } of rows) if (outcome === "taken" && photo !== null && reason !== null) heard.set(photo, reason);
}

/** A code of the catalogues; none when no import said it. */
export const whyNoPreview = (photo: PhotoId): string | null => heard.get(photo) ?? null;
