/** Answers in words, near to how the record prints them. The words come from the catalogue. */
import { useI18n } from "vue-i18n";
import type { Answer, Field, FieldValue, Item } from "@/contract";
import { yuan } from "./format";
import { useText } from "./text";

/** What stands where nothing was filled in. */
export const BLANK = "／";

export function useAnswerWords(): (item: Item, answer: Answer | null) => string {
  const { t } = useI18n();
  const say = useText();

  function value(field: Field, v: FieldValue): string {
    const kind = field.kind;
    const option = (key: string) => {
      const found = "options" in kind ? kind.options.find((one) => one.key === key) : undefined;
      return found ? say(found.label) : key;
    };
    const unit = "unit" in kind ? ` ${say(kind.unit)}` : "";
    switch (v.t) {
      case "yes_no":
        return t(v.v ? "answer.yes" : "answer.no");
      case "choice":
        return option(v.v);
      case "choices":
        return v.v.map(option).join(t("words.comma"));
      case "integer":
        return `${v.v}${unit}`;
      case "money_fen":
        return `${yuan(v.v)}${unit}`;
      case "date":
      case "text":
        return v.v;
      case "villages":
        return v.v.map((village) => (village.poor ? t("words.poor", { name: village.name }) : village.name)).join(t("words.comma"));
      case "sample":
        return t("words.sample", { drawn: v.v.drawn, passed: v.v.passed, unit: unit.trim() });
    }
  }

  return (item, answer) => {
    if (!answer) return BLANK;
    if (answer.how === "not_checked") return t("words.not_checked", { reason: answer.reason });
    const noted = (text: string) => (answer.note?.trim() ? t("words.noted", { text, note: answer.note }) : text);
    if (answer.how === "not_applicable") return noted(t("answer.not_applicable"));
    const parts = item.fields.flatMap((field) => {
      const v = answer.fields[field.key];
      if (!v) return [];
      return [item.fields.length === 1 ? value(field, v) : t("words.pair", { label: say(field.label), value: value(field, v) })];
    });
    return noted(parts.join(t("words.semicolon")) || BLANK);
  };
}
