/** What a photo says of itself, in words. Both faces use it. */
import { useI18n } from "vue-i18n";
import type { PhotoMeta, PhotoNotes } from "@/contract";
import { grouped } from "./format";

export function usePhotoWords() {
  const { t } = useI18n();

  /** Time of taking as the file says it, without seconds' fractions; none when it says nothing. */
  function taken(meta: PhotoMeta): string | null {
    if (meta.taken_at) return `${meta.taken_at.replace("T", " ").slice(0, 19)}${meta.offset ? ` ${meta.offset}` : ""}`;
    return meta.gps_time ? `${meta.gps_time.replace("T", " ").replace("Z", "")} UTC` : null;
  }

  /** `09:14`, for a tile. */
  const takenShort = (meta: PhotoMeta): string => taken(meta)?.slice(11, 16) ?? "--:--";

  function distance(metres: number | null): string | null {
    if (metres === null) return null;
    return metres < 10_000 ? t("photo.distance_m", { m: grouped(metres) }) : t("photo.distance_km", { km: grouped(Math.round(metres / 1000)) });
  }

  function device(meta: PhotoMeta): string | null {
    const [make, model] = [meta.make?.trim() ?? "", meta.model?.trim() ?? ""];
    if (!make && !model) return null;
    return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`.trim();
  }

  /** Words for what is missing or deserves a look, in a fixed order. */
  function remarks(notes: PhotoNotes | null): string[] {
    if (!notes) return [];
    return [
      ...notes.missing.map((what) => t(`missing.${what}`)),
      ...(notes.time_grade === "contradictory" ? [t("photo.contradictory")] : []),
      ...(notes.far ? [t("photo.far")] : []),
      ...(notes.outside_hours ? [t("photo.outside_hours")] : []),
    ];
  }

  /** Where a value comes from: the kind of metadata and the name that it has there. */
  function source(meta: PhotoMeta, value: string): string {
    const line = meta.sources?.find((one) => one.startsWith(`${value}: `));
    if (!line) return "";
    return line
      .slice(value.length + 2)
      .split(", ")
      .map((tag) => {
        const [, kind, name] = /^(Exif|GPS|XMP|IPTC)\b\.?(.*)$/.exec(tag) ?? [];
        if (!kind) return t("photo.source.container", { name: tag });
        return [kind === "Exif" || kind === "GPS" ? "EXIF" : kind, name].filter(Boolean).join(" · ");
      })
      .join(t("words.comma"));
  }

  return { taken, takenShort, distance, device, remarks, source };
}
