/** What the inbox says of photos and visits, in words. */
import { useI18n } from "vue-i18n";
import type { InboxPhoto, Pack, Reason, VisitRow } from "@/contract";
import { day, grouped } from "@/shared/format";
import { usePhotoWords } from "@/shared/photo";
import { useText } from "@/shared/text";
import type { ItemCode } from "./aim";

/** The checklist of a visit and the place of an item in it, from 1; 0 where it is not there. */
export function placeIn(packs: readonly Pack[], pack: string, item: ItemCode): number {
  const known = packs.filter((one) => one.id === pack);
  return (known.find((one) => one.items.some((of) => of.code === item))?.items.findIndex((of) => of.code === item) ?? -1) + 1;
}

const begun = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function useInboxWords(packs: () => readonly Pack[]) {
  const { t } = useI18n();
  const say = useText();
  const photoWords = usePhotoWords();
  const metres = (m: number): string => (m < 10_000 ? t("photo.metres", { m: grouped(m) }) : t("photo.kilometres", { km: grouped(Math.round(m / 1000)) }));
  const itemOf = (code: ItemCode) => packs().flatMap((pack) => pack.items).find((item) => item.code === code);

  /** `第 9 项`, or the code where no checklist on this laptop has it. */
  function number(code: ItemCode): string {
    const pack = packs().find((one) => one.items.some((item) => item.code === code));
    return pack ? t("inbox.item_n", { n: placeIn(packs(), pack.id, code) }) : code;
  }
  /** `第 9 项 月均营业额`. */
  function item(code: ItemCode): string {
    const found = itemOf(code);
    return found ? `${number(code)} ${say(found.short)}` : code;
  }
  const items = (codes: readonly ItemCode[]): string => codes.map(item).join(t("words.comma"));

  /** Items as a heading. */
  const heading = (codes: readonly ItemCode[]): string => (codes.length ? begun(items(codes)) : t("inbox.no_item"));

  function reason(one: Reason): string {
    switch (one.kind) {
      case "during_visit":
        return t("inbox.reason.during_visit");
      case "around_visit":
        return t(one.before ? "inbox.reason.before_visit" : "inbox.reason.after_visit", { n: one.minutes });
      case "at_station":
        return t("inbox.reason.at_station", { m: metres(one.distance_m) });
      case "answered":
        if (one.minutes === 0) return t("inbox.reason.answered_then", { item: number(one.item) });
        return t(one.minutes > 0 ? "inbox.reason.answered_later" : "inbox.reason.answered_before", { item: number(one.item), n: Math.abs(one.minutes) });
      case "far_from_station":
        return t("inbox.reason.far_from_station", { m: metres(one.distance_m) });
      case "several_visits":
        return t("inbox.reason.several_visits", { n: one.visits });
      case "no_visit_then":
        return t("inbox.reason.no_visit_then");
      case "no_time":
        return t("missing.time");
      case "no_position":
        return t("missing.position");
    }
  }

  /** All reasons as one sentence, with what the file lacks besides. */
  function sentence(photo: Pick<InboxPhoto, "reasons" | "missing">): string {
    const said = photo.reasons.map(reason);
    const more = photo.missing.map((what) => t(`missing.${what}`)).filter((text) => !said.includes(text));
    return begun([...said, ...more].join(t("inbox.and")));
  }

  /** `11-20 09:14`, as the file says it. */
  const taken = (photo: InboxPhoto): string => photoWords.taken(photo.attached.meta)?.slice(5, 16) ?? t("missing.time");

  /** `青河村站 11-21 走访`. */
  function visit(row: VisitRow | undefined): string {
    if (!row) return "";
    const on = day(row.started_at_ms);
    return t("inbox.visit", { station: row.station_name, day: on.slice(0, 4) === day(Date.now()).slice(0, 4) ? on.slice(5) : on });
  }

  return { item, items, heading, sentence, taken, visit };
}
