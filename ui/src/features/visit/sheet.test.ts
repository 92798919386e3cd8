import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HostError } from "@/host";
import { fakeHost, type FakeHost } from "@/host/fake";
import { DRAFT_MS, RETRY_MS, useSheet, type Sheet } from "./sheet";

let host: FakeHost;
let sheet: Sheet;
/** Slots whose drafts cannot be written. */
let broken: Set<string>;
/** Calls of a name that wait to be let go. */
let held: Map<string, (() => void)[]>;

beforeEach(async () => {
  vi.useFakeTimers();
  broken = new Set();
  held = new Map();
  const inner = fakeHost();
  host = Object.assign(Object.create(inner) as FakeHost, {
    async call(name: never, args: never) {
      const waiting = held.get(name);
      const slot = (args as { slot?: string }).slot;
      if (waiting) await new Promise<void>((go) => waiting.push(go));
      if (name === "save_draft" && slot && broken.has(slot)) throw new HostError({ code: "disk_full", params: {} });
      return inner.call(name, args);
    },
  });
  sheet = useSheet(host, inner.view().visit.id);
  await sheet.load();
});
afterEach(() => {
  sheet.stop();
  vi.useRealTimers();
});

const note = (code: string, text: string) => sheet.edit(sheet.item(code)!, (form) => (form.note = text));
const settle = (ms = DRAFT_MS) => vi.advanceTimersByTimeAsync(ms);
const drafts = () => host.view().drafts.map((draft) => [draft.slot, (JSON.parse(draft.raw) as { note: string }).note]);

describe("what could not be saved", () => {
  it("stays named until it is saved itself, whatever else is saved", async () => {
    broken.add("C4-02");
    note("C4-02", "门头破损");
    await settle();
    expect(sheet.unsaved.value).toEqual(["C4-02"]);
    note("C4-03", "已营业");
    await settle();
    expect(drafts()).toEqual([["C4-03", "已营业"]]);
    expect(sheet.unsaved.value).toEqual(["C4-02"]);
    expect(sheet.failure.value?.code).toBe("disk_full");
    await sheet.commit("C4-03");
    expect(sheet.unsaved.value).toEqual(["C4-02"]);
    expect(sheet.failure.value?.code).toBe("disk_full");
  });

  it("is written again by itself, with what stands on the screen by then", async () => {
    broken.add("C4-02");
    note("C4-02", "门头");
    await settle();
    note("C4-02", "门头破损");
    broken.clear();
    await settle(RETRY_MS);
    expect(sheet.unsaved.value).toEqual([]);
    expect(sheet.failure.value).toBeNull();
    expect(drafts()).toEqual([["C4-02", "门头破损"]]);
  });

  it("of a finding's text can still be reached after the dialog is closed", async () => {
    broken.add("finding:one");
    await sheet.saveDraft("finding:one", "{}");
    expect(sheet.texts.get("finding:one")).toBe("{}");
    expect(sheet.unsaved.value).toEqual(["finding:one"]);
  });
});

describe("a draft", () => {
  it("of a refused answer is what stands on the screen, not what stood there when the answer was sent", async () => {
    host.fail("answer_item", { code: "refused", params: { rule: "answer" } });
    held.set("answer_item", []);
    note("C4-02", "旧");
    const committed = sheet.commit("C4-02");
    await settle(10);
    note("C4-02", "新");
    await settle();
    const waiting = held.get("answer_item")!;
    held.delete("answer_item");
    for (const go of waiting) go();
    await committed;
    await settle();
    expect(drafts()).toEqual([["C4-02", "新"]]);
    expect(sheet.unsaved.value).toEqual([]);
    expect(sheet.failure.value?.code).toBe("refused");
  });

  it("on its way while its text is taken back leaves nothing behind", async () => {
    held.set("save_draft", []);
    note("C4-02", "错字");
    await settle();
    note("C4-02", "");
    const committed = sheet.commit("C4-02");
    const waiting = held.get("save_draft")!;
    held.delete("save_draft");
    for (const go of waiting) go();
    await committed;
    await settle();
    expect(host.view().drafts).toEqual([]);
  });
});

describe("reading the visit", () => {
  it("never puts an older answer over a newer one", async () => {
    held.set("get_visit", []);
    const read = sheet.load();
    await settle(10);
    note("C4-02", "已查");
    const committed = sheet.commit("C4-02");
    await settle(10);
    for (const go of held.get("get_visit")!) go();
    held.delete("get_visit");
    await Promise.all([read, committed]);
    expect(sheet.standing("C4-02")).toMatchObject({ how: "answered", note: "已查" });
  });

  it("asks once for many causes that wait", async () => {
    held.set("save_draft", []);
    void sheet.saveDraft("situation", "晴");
    await settle(10);
    const before = host.made.filter((one) => one.name === "get_visit").length;
    const all = [sheet.load(), sheet.load(), sheet.load()];
    const waiting = held.get("save_draft")!;
    held.delete("save_draft");
    for (const go of waiting) go();
    await Promise.all(all);
    expect(host.made.filter((one) => one.name === "get_visit")).toHaveLength(before + 1);
  });
});
