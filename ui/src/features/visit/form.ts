/** The form of an item: what is typed, before and after it is an answer. Pure; the screen and the drafts use it. */
import type { Answer, Concern, Field, FieldValue, Item, ServedVillage, Text } from "@/contract";
import { isoDay } from "@/shared/format";

/** A field as typed. */
export type Raw = string | string[] | ServedVillage[] | { passed: string; drawn: string };

/** How the item is answered. */
export type Way = "answered" | "not_applicable" | "not_checked";

export interface ItemForm {
  way: Way;
  fields: Record<string, Raw>;
  note: string;
  reason: string;
}

/** What does not fit in a field; the catalogues hold a sentence for each. */
export type Problem = "number" | "range" | "money" | "date" | "sample" | "village_name";

function blankRaw(field: Field): Raw {
  switch (field.kind.type) {
    case "choices":
      return [];
    case "villages":
      return [];
    case "sample":
      return { passed: "", drawn: "" };
    default:
      return "";
  }
}

function rawOf(value: FieldValue): Raw {
  switch (value.t) {
    case "yes_no":
      return value.v ? "yes" : "no";
    case "choice":
    case "date":
    case "text":
      return value.v;
    case "choices":
      return [...value.v];
    case "villages":
      return value.v.map((village) => ({ ...village }));
    case "integer":
      return String(value.v);
    case "money_fen":
      return value.v % 100 === 0 ? String(value.v / 100) : (value.v / 100).toFixed(2);
    case "sample":
      return { passed: String(value.v.passed), drawn: String(value.v.drawn) };
  }
}

/** The form that shows an answer. */
export function formOf(item: Item, answer: Answer | null): ItemForm {
  const fields: Record<string, Raw> = {};
  for (const field of item.fields) {
    const value = answer?.how === "answered" ? answer.fields[field.key] : undefined;
    fields[field.key] = value ? rawOf(value) : blankRaw(field);
  }
  return {
    way: answer?.how ?? "answered",
    fields,
    note: answer && answer.how !== "not_checked" ? (answer.note ?? "") : "",
    reason: answer?.how === "not_checked" ? answer.reason : "",
  };
}

/** A form from a draft's text, or none when it is of another shape. */
export function formFromDraft(item: Item, raw: string): ItemForm | null {
  try {
    const kept: unknown = JSON.parse(raw);
    if (typeof kept !== "object" || kept === null || !("fields" in kept) || !("way" in kept)) return null;
    const blank = formOf(item, null);
    const form = kept as ItemForm;
    return { ...blank, ...form, fields: { ...blank.fields, ...form.fields } };
  } catch {
    return null;
  }
}

const WHOLE = /^-?\d{1,15}$/;
const MONEY = /^\d{1,12}(\.\d{1,2})?$/;
const plainDigits = (text: string) => text.trim().replace(/[,，\s]/g, "").replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace("．", ".");

/** The value that was typed: none while nothing is there, a problem while it does not fit. */
export function valueOf(field: Field, raw: Raw | undefined): FieldValue | null | { problem: Problem } {
  const kind = field.kind;
  const text = typeof raw === "string" ? raw : "";
  switch (kind.type) {
    case "yes_no":
      return text === "yes" || text === "no" ? { t: "yes_no", v: text === "yes" } : null;
    case "choice":
      return text ? { t: "choice", v: text } : null;
    case "text":
      return text.trim() ? { t: "text", v: text } : null;
    case "choices": {
      const chosen = Array.isArray(raw) ? raw.filter((one): one is string => typeof one === "string") : [];
      const ordered = kind.options.map((option) => option.key).filter((key) => chosen.includes(key));
      return ordered.length ? { t: "choices", v: ordered } : null;
    }
    case "integer": {
      const digits = plainDigits(text);
      if (!digits) return null;
      if (!WHOLE.test(digits)) return { problem: "number" };
      const n = Number(digits);
      return n < kind.min || n > kind.max ? { problem: "range" } : { t: "integer", v: n };
    }
    case "money": {
      const digits = plainDigits(text);
      if (!digits) return null;
      if (!MONEY.test(digits)) return { problem: "money" };
      const [yuan = "0", fen = ""] = digits.split(".");
      return { t: "money_fen", v: Number(yuan) * 100 + Number(fen.padEnd(2, "0")) };
    }
    case "date": {
      if (!text.trim()) return null;
      const date = isoDay(text);
      return date ? { t: "date", v: date } : { problem: "date" };
    }
    case "villages": {
      const villages = Array.isArray(raw) ? raw.filter((one): one is ServedVillage => typeof one === "object") : [];
      if (!villages.length) return null;
      if (villages.some((village) => !village.name.trim())) return { problem: "village_name" };
      return { t: "villages", v: villages.map((village) => ({ name: village.name.trim(), poor: village.poor })) };
    }
    case "sample": {
      const typed = typeof raw === "object" && !Array.isArray(raw) ? raw : { passed: "", drawn: "" };
      const [passed, drawn] = [plainDigits(typed.passed), plainDigits(typed.drawn)];
      if (!passed && !drawn) return null;
      if (!WHOLE.test(passed) || !WHOLE.test(drawn) || Number(passed) < 0 || Number(passed) > Number(drawn)) return { problem: "sample" };
      return { t: "sample", v: { passed: Number(passed), drawn: Number(drawn) } };
    }
  }
}

export interface Reading {
  /** The answer; none when nothing was filled in, or while something does not fit. */
  answer: Answer | null;
  problems: Record<string, Problem>;
  /** 未查 without a reason is not an answer yet. */
  reasonMissing: boolean;
}

/** The answer that a form stands for. */
export function readForm(item: Item, form: ItemForm): Reading {
  const note = form.note.trim() ? { note: form.note } : {};
  if (form.way === "not_applicable") return { answer: { how: "not_applicable", ...note }, problems: {}, reasonMissing: false };
  if (form.way === "not_checked") {
    const reasonMissing = !form.reason.trim();
    return { answer: reasonMissing ? null : { how: "not_checked", reason: form.reason }, problems: {}, reasonMissing };
  }
  const fields: Record<string, FieldValue> = {};
  const problems: Record<string, Problem> = {};
  for (const field of item.fields) {
    const value = valueOf(field, form.fields[field.key]);
    if (value && "problem" in value) problems[field.key] = value.problem;
    else if (value) fields[field.key] = value;
  }
  const empty = Object.keys(fields).length === 0 && !form.note.trim();
  const unfit = Object.keys(problems).length > 0;
  return { answer: empty || unfit ? null : { how: "answered", fields, ...note }, problems, reasonMissing: false };
}

/** Whether two answers say the same. */
export function sameAnswer(a: Answer | null, b: Answer | null): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** Whether every required field is filled, or the item is not applicable or not checked with a reason. */
export function isComplete(item: Item, answer: Answer | null): boolean {
  if (!answer) return false;
  return answer.how !== "answered" || item.fields.every((field) => !field.required || answer.fields[field.key] !== undefined);
}

function raised(concern: Concern, fields: { [key: string]: FieldValue }): boolean {
  const value = fields[concern.field];
  if (!value) return false;
  switch (concern.when) {
    case "no":
      return value.t === "yes_no" && !value.v;
    case "is":
      return (value.t === "choice" && concern.keys.includes(value.v)) || (value.t === "choices" && value.v.some((key) => concern.keys.includes(key)));
    case "below":
      return (value.t === "integer" || value.t === "money_fen") && value.v < concern.limit;
    case "sample_short":
      return value.t === "sample" && value.v.passed < value.v.drawn;
  }
}

/** Sentences that an answer gives cause for; they suggest a finding and never make one. */
export function concernsOf(item: Item, answer: Answer | null): Text[] {
  if (answer?.how !== "answered") return [];
  return item.concerns.filter((concern) => raised(concern, answer.fields)).map((concern) => concern.says);
}

/** How an item stands, for the outline. */
export type ItemState = "blank" | "partial" | "done" | "concern" | "not_applicable" | "not_checked" | "disputed";

export function itemState(item: Item, form: ItemForm, disputed: boolean): ItemState {
  if (disputed) return "disputed";
  const { answer, problems } = readForm(item, form);
  if (Object.keys(problems).length) return "partial";
  if (!answer) return form.way === "not_checked" ? "partial" : "blank";
  if (answer.how !== "answered") return answer.how;
  if (!isComplete(item, answer)) return "partial";
  return concernsOf(item, answer).length ? "concern" : "done";
}
