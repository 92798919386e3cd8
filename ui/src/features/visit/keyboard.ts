/** What digits mean at an item: `1 2 3` are yes, no and not applicable; at a choice they are its options. */
import type { Field, Item } from "@/contract";
import type { ItemForm } from "./form";

const BY_DIGIT = ["yes_no", "choice", "choices"];

/** Fields that digits answer, in order. */
export function digitFields(item: Item): Field[] {
  return item.fields.filter((field) => BY_DIGIT.includes(field.kind.type));
}

/** The digit that says 不适用 while the field is the one that digits answer. */
export function notApplicableDigit(item: Item, field: Field | undefined): number | null {
  if (!item.may_be_not_applicable) return null;
  return field && "options" in field.kind ? field.kind.options.length + 1 : 3;
}

export interface DigitMeans {
  change: (form: ItemForm) => void;
  /** The field that the next digit answers. */
  next: string | null;
}

/** What a digit does at an item; none when it means nothing there. `active` is the field that digits answer now. */
export function digit(item: Item, active: string | null, n: number): DigitMeans | null {
  const fields = digitFields(item);
  const at = Math.max(0, fields.findIndex((field) => field.key === active));
  const field = fields[at];
  if (n === notApplicableDigit(item, field)) return { change: (form) => void (form.way = "not_applicable"), next: active };
  if (!field) return null;
  const after = fields[at + 1]?.key ?? field.key;
  const kind = field.kind;
  if (kind.type === "yes_no") {
    if (n !== 1 && n !== 2) return null;
    return {
      change: (form) => {
        form.way = "answered";
        form.fields[field.key] = n === 1 ? "yes" : "no";
      },
      next: after,
    };
  }
  if (kind.type !== "choice" && kind.type !== "choices") return null;
  const option = kind.options[n - 1];
  if (!option) return null;
  return {
    change: (form) => {
      form.way = "answered";
      if (kind.type === "choice") form.fields[field.key] = option.key;
      else form.fields[field.key] = toggled(form.fields[field.key], option.key);
    },
    next: kind.type === "choice" ? after : field.key,
  };
}

/** A list of chosen keys with one key put in or taken out. */
export function toggled(raw: unknown, key: string): string[] {
  const chosen = Array.isArray(raw) ? raw.filter((one): one is string => typeof one === "string") : [];
  return chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key];
}
