/** 导出登记: every time a photo or a page left, in words. */
import { useI18n } from "vue-i18n";
import type { Download, PhotoId, Visit } from "@/contract";
import { dayClock, shortDigest } from "@/shared/format";

export interface Export {
  key: string;
  /** Digest of the file that left. */
  file: string;
  words: string;
}

/** Whether a photo or page stood in the record that was given at a time. */
function isIn(visit: Visit, photo: PhotoId, at_ms: number): boolean {
  const shown = visit.photos.some((one) => one.attached.photo === photo && !one.withdrawn && one.ts_ms <= at_ms);
  return shown || visit.papers.some(({ attached: { paper } }) => paper.at_ms <= at_ms && paper.pages.some((page) => page.photo === photo));
}

/** From laptops as entries say it, and by the console as the server noted it; a bundle is of `photo` null. */
export function useExports(): (visit: Visit, downloads: readonly Download[], photos: readonly (PhotoId | null)[]) => Export[] {
  const { t } = useI18n();
  return (visit, downloads, photos) => {
    const who = (by: string | null) => visit.description.team.find((member) => member.person === by)?.name ?? t("uncovered.unknown");
    const left = (visit.exported ?? [])
      .filter((one) => photos.includes(one.exported.photo))
      .map(({ entry, by, exported }) => ({
        key: entry,
        file: exported.file,
        words: t("gallery.custody.left", {
          at: dayClock(exported.at_ms),
          who: who(by),
          what: t(exported.watermark ? "gallery.custody.marked_file" : "gallery.custody.plain_file"),
          to: exported.to ? t("gallery.custody.to", { to: exported.to }) : "",
          file: shortDigest(exported.file),
        }),
      }));
    const kept = downloads
      .filter((one) => photos.includes(one.photo))
      .map((one, n) => ({
        key: `${n} ${one.at_ms}`,
        file: one.sha256,
        words: t("gallery.custody.kept", { at: dayClock(one.at_ms), who: one.name, what: t(one.photo ? "gallery.custody.plain_file" : "gallery.custody.bundle"), file: shortDigest(one.sha256) }),
      }));
    const given = visit.given
      .filter((one) => photos.some((photo) => photo && isIn(visit, photo, one.given.at_ms)))
      .map(({ entry, by, given: { at_ms, to, pdf } }) => ({
        key: entry,
        file: pdf,
        words: t("gallery.custody.given", { at: dayClock(at_ms), who: who(by), to, file: shortDigest(pdf) }),
      }));
    return [...left, ...kept, ...given];
  };
}
