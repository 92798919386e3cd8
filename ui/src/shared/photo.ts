/** What a photo says of itself, in words. Both faces use it. */
import { useI18n } from "vue-i18n";
import type { PhotoMeta, PhotoNotes, Remark } from "@/contract";
import { day, grouped } from "./format";

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

  /** A span of time in its largest whole unit, rounded up. */
  function span(minutes: number): string {
    if (minutes < 120) return t("remark.minutes", { n: minutes });
    return minutes < 48 * 60 ? t("remark.hours", { n: Math.ceil(minutes / 60) }) : t("remark.days", { n: Math.ceil(minutes / 1440) });
  }

  const metres = (m: number): string => (m < 10_000 ? t("photo.metres", { m: grouped(m) }) : t("photo.kilometres", { km: grouped(Math.round(m / 1000)) }));

  function remark(one: Remark, meta: PhotoMeta): string {
    switch (one.kind) {
      case "no_metadata":
        return t("remark.no_metadata");
      case "chat_copy":
        if (!one.application) return t("remark.chat_copy_unnamed");
        return t(one.sure === "possible" ? "remark.chat_copy_possible" : "remark.chat_copy_likely", { app: one.application });
      case "edited":
        return t("remark.edited", { software: one.software });
      case "screenshot":
        return t(one.sure === "possible" ? "remark.screenshot_possible" : "remark.screenshot_likely");
      case "screen_photo":
        return t("remark.screen_photo");
      case "outside_hours":
        if (one.corrected) return t(one.before ? "remark.outside_before_corrected" : "remark.outside_after_corrected", { span: span(one.minutes) });
        if (one.gps) return t(one.before ? "remark.outside_before_gps" : "remark.outside_after_gps", { span: span(one.minutes) });
        return t(one.before ? "remark.outside_before" : "remark.outside_after", { span: span(one.minutes) });
      case "far":
        if (one.uncertainty_m === null) return t("remark.far", { m: metres(one.distance_m) });
        return t("remark.far_error", { m: metres(one.distance_m), error: metres(one.uncertainty_m) });
      case "fits_shifted":
        return t(one.photo ? "remark.shifted_photo" : "remark.shifted_station", { m: metres(one.distance_m), shifted: metres(one.shifted_m) });
      case "clock_off": {
        const words = { span: span(Math.ceil(Math.abs(one.seconds) / 60)), time: corrected(meta, one.seconds) };
        if (one.against === "gps") return t(one.seconds > 0 ? "remark.clock_gps_ahead" : "remark.clock_gps_behind", words);
        return t(one.seconds > 0 ? "remark.clock_others_ahead" : "remark.clock_others_behind", words);
      }
      case "clock_corrected": {
        const words = { span: span(Math.ceil(Math.abs(one.seconds) / 60)), by: t(`remark.clock_by.${one.against}`), time: corrected(meta, one.seconds), raw: taken(meta)?.slice(0, 16) ?? "" };
        return t(one.seconds > 0 ? "remark.clock_corrected_ahead" : "remark.clock_corrected_behind", words);
      }
      case "same_bytes":
      case "same_picture": {
        const { station, started_at_ms } = one.elsewhere;
        return t(one.kind === "same_bytes" ? "remark.same_bytes" : "remark.same_picture", { station, day: day(started_at_ms) });
      }
    }
  }

  /** Words for what deserves a look: what the host remarked, then what is missing. */
  function remarks(notes: PhotoNotes | null, meta: PhotoMeta): string[] {
    if (!notes) return [];
    const nothing = notes.remarks.some((one) => one.kind === "no_metadata");
    return [
      ...(notes.time_grade === "contradictory" ? [t("photo.contradictory")] : []),
      ...notes.remarks.map((one) => remark(one, meta)),
      ...(nothing ? [] : notes.missing.map((what) => t(`missing.${what}`))),
    ];
  }

  /** That its camera's clock is off, in a few words, and whether it is put right. */
  function clock(notes: PhotoNotes | null): string | null {
    const off = notes?.remarks.find((one) => one.kind === "clock_off") ?? notes?.remarks.find((one) => one.kind === "clock_corrected");
    if (!off) return null;
    const said = t(off.seconds > 0 ? "remark.clock_ahead" : "remark.clock_behind", { span: span(Math.ceil(Math.abs(off.seconds) / 60)) });
    return off.kind === "clock_off" ? said : t("remark.clock_put_right", { clock: said });
  }

  /** Time of taking with the error of the camera's clock taken out, where it was put right. */
  function putRight(notes: PhotoNotes | null, meta: PhotoMeta): string | null {
    const known = notes?.remarks.find((one) => one.kind === "clock_corrected");
    return known ? corrected(meta, known.seconds) : null;
  }

  /** Where a value comes from: the kind of metadata and the name that it has there. */
  function source(meta: PhotoMeta, value: string): string {
    const line = meta.sources?.find((one) => one.startsWith(`${value}: `));
    if (!line) return "";
    return line
      .slice(value.length + 2)
      .split(", ")
      .map((tag) => {
        const [, kind, name] = /^(Exif|GPS|XMP|IPTC|MakerNote)\b\.?(.*)$/.exec(tag) ?? [];
        if (!kind) return t("photo.source.container", { name: tag });
        if (kind === "MakerNote") return t("photo.source.maker", { name });
        return [kind === "Exif" || kind === "GPS" ? "EXIF" : kind, name].filter(Boolean).join(" · ");
      })
      .join(t("words.comma"));
  }

  return { taken, takenShort, distance, device, remarks, clock, putRight, source };
}

/** Whether a photo deserves a look: a faint sign alone does not, nor a clock that was put right. */
export function deservesLook(notes: PhotoNotes | undefined): boolean {
  if (!notes) return false;
  const faint = (one: Remark) => one.kind === "clock_corrected" || ((one.kind === "chat_copy" || one.kind === "screenshot" || one.kind === "screen_photo") && one.sure === "possible");
  return notes.time_grade === "contradictory" || notes.remarks.some((one) => !faint(one));
}

/** The local time of taking with a clock's error taken out. */
function corrected(meta: PhotoMeta, aheadSeconds: number): string {
  const at = Date.parse(`${(meta.taken_at ?? "").slice(0, 19)}Z`);
  return Number.isNaN(at) ? "--" : new Date(at - aheadSeconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}
