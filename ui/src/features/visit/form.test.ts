import { describe, expect, it } from "vitest";
import pack from "../../../../assets/rulepacks/c4-village-station.json";
import type { Answer, Item, Pack } from "@/contract";
import { concernsOf, formFromDraft, formOf, isComplete, itemState, readForm, sameAnswer } from "./form";

const items = (pack as Pack).items;
const item = (code: string): Item => items.find((one) => one.code === code)!;
const typed = (code: string, fields: Record<string, unknown>) => {
  const form = formOf(item(code), null);
  Object.assign(form.fields, fields);
  return form;
};

describe("forms", () => {
  it("turn every answer into itself again", () => {
    const answers: [string, Answer][] = [
      ["C4-01", { how: "answered", fields: { built: { t: "choice", v: "partly" }, lacking: { t: "text", v: "缺货架" } }, note: "已拍照" }],
      ["C4-08", { how: "answered", fields: { trained: { t: "yes_no", v: false }, last_date: { t: "date", v: "2026-03-05" } } }],
      ["C4-09", { how: "answered", fields: { turnover: { t: "money_fen", v: 186050 }, months: { t: "integer", v: 3 } } }],
      ["C4-16", { how: "answered", fields: { told: { t: "yes_no", v: true }, ways: { t: "choices", v: ["meeting", "radio"].filter((key) => JSON.stringify(item("C4-16")).includes(`"${key}"`)) } } }],
      ["C4-18", { how: "answered", fields: { villages: { t: "villages", v: [{ name: "后榆林村", poor: true }] } } }],
      ["C4-21", { how: "answered", fields: { assets: { t: "sample", v: { passed: 4, drawn: 5 } } } }],
      ["C4-13", { how: "not_applicable" }],
      ["C4-02", { how: "not_checked", reason: "关门" }],
    ];
    for (const [code, answer] of answers) {
      const form = formOf(item(code), answer);
      expect(sameAnswer(readForm(item(code), form).answer, answer), code).toBe(true);
      expect(formFromDraft(item(code), JSON.stringify(form))).toEqual(form);
    }
  });

  it("read money in yuan as fen, without floating point", () => {
    const fen = (text: string) => readForm(item("C4-09"), typed("C4-09", { turnover: text })).answer;
    expect(fen("1,860")).toMatchObject({ fields: { turnover: { v: 186000 } } });
    expect(fen("0.29")).toMatchObject({ fields: { turnover: { v: 29 } } });
    expect(fen("１８６０．５")).toMatchObject({ fields: { turnover: { v: 186050 } } });
    expect(readForm(item("C4-09"), typed("C4-09", { turnover: "1.234" })).problems).toEqual({ turnover: "money" });
  });

  it("refuse numbers out of range, impossible dates and samples, and nameless villages", () => {
    expect(readForm(item("C4-09"), typed("C4-09", { months: "61" })).problems).toEqual({ months: "range" });
    expect(readForm(item("C4-08"), typed("C4-08", { last_date: "2026-02-30" })).problems).toEqual({ last_date: "date" });
    expect(readForm(item("C4-21"), typed("C4-21", { assets: { passed: "6", drawn: "5" } })).problems).toEqual({ assets: "sample" });
    expect(readForm(item("C4-18"), typed("C4-18", { villages: [{ name: " ", poor: false }] })).problems).toEqual({ villages: "village_name" });
  });

  it("raise the checklist's concerns and tell how an item stands", () => {
    const low = typed("C4-09", { turnover: "1999.99", months: "3" });
    expect(concernsOf(item("C4-09"), readForm(item("C4-09"), low).answer)[0]?.zh).toBe("月均营业额低于 2,000 元");
    expect(itemState(item("C4-09"), low, false)).toBe("concern");
    const fine = typed("C4-09", { turnover: "2000", months: "3" });
    expect(itemState(item("C4-09"), fine, false)).toBe("done");
    expect(itemState(item("C4-09"), typed("C4-09", { turnover: "2000" }), false)).toBe("partial");
    expect(itemState(item("C4-09"), typed("C4-09", {}), false)).toBe("blank");
    expect(itemState(item("C4-09"), fine, true)).toBe("disputed");
    expect(isComplete(item("C4-13"), { how: "not_applicable" })).toBe(true);
  });

  it("do not trust a draft of another shape", () => {
    expect(formFromDraft(item("C4-01"), "not json")).toBeNull();
    expect(formFromDraft(item("C4-01"), "[]")).toBeNull();
  });
});
