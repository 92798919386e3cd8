import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeHost } from "@/host/fake";
import { day } from "@/shared/format";
import { mounted, type Mounted } from "@/test/mounted";
import VisitScreen from "./VisitScreen.vue";

let m: Mounted;
const open = async (host = fakeHost()) => {
  m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
  return m;
};
const calls = (name: string) => m.host.made.filter((one) => one.name === name).map((one) => one.args as Record<string, unknown>);
const shown = () => document.querySelector("article.item")?.getAttribute("data-testid");

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
  vi.useRealTimers();
});

describe("keys", () => {
  it("answers with a digit and goes on with Enter", async () => {
    await open();
    expect(shown()).toBe("item-C4-01");
    await m.press("2");
    expect(calls("answer_item")).toEqual([{ visit: m.host.view().visit.id, item: "C4-01", answer: { how: "answered", fields: { built: { t: "choice", v: "partly" } } } }]);
    await m.press("Enter");
    expect(shown()).toBe("item-C4-02");
    await m.press("ArrowUp");
    expect(shown()).toBe("item-C4-01");
    await m.press("ArrowDown");
    expect(shown()).toBe("item-C4-02");
  });

  it("answers yes-no fields one after another", async () => {
    await open();
    await m.get("outline-C4-10").trigger("click");
    await m.press("1");
    await m.press("2");
    await m.press("1");
    expect(calls("answer_item").at(-1)).toMatchObject({ item: "C4-10", answer: { fields: { daily: { v: true }, weekly: { v: false }, monthly: { v: true } } } });
    expect(m.get("item-concerns").text()).toContain("缺周小结");
  });

  it("says not applicable with 3 only where the checklist allows it", async () => {
    await open();
    await m.get("outline-C4-13").trigger("click");
    await m.press("3");
    expect(calls("answer_item").at(-1)).toMatchObject({ item: "C4-13", answer: { how: "not_applicable" } });
    await m.get("outline-C4-04").trigger("click");
    const before = calls("answer_item").length;
    await m.press("3");
    expect(calls("answer_item")).toHaveLength(before);
  });

  it("takes 未查 only with a reason", async () => {
    await open();
    await m.press("0");
    await vi.advanceTimersByTimeAsync(10);
    expect(document.activeElement?.getAttribute("data-testid")).toBe("item-reason");
    await m.press("Enter");
    expect(calls("answer_item")).toHaveLength(0);
    await m.get("outline-C4-01").trigger("click");
    await m.get("item-reason").setValue("站长外出");
    await m.get("item-reason").trigger("blur");
    await flushPromises();
    expect(calls("answer_item").at(-1)).toMatchObject({ item: "C4-01", answer: { how: "not_checked", reason: "站长外出" } });
  });

  it("does nothing while an input method composes", async () => {
    await open();
    await m.press("1", { isComposing: true });
    await m.press("Enter", { isComposing: true });
    await m.press("1", { keyCode: 229 } as KeyboardEventInit);
    await m.press("ArrowDown", { keyCode: 229 } as KeyboardEventInit);
    expect(shown()).toBe("item-C4-01");
    expect(m.host.made.some((one) => one.name === "answer_item" || one.name === "save_draft")).toBe(false);
  });

  it("does nothing while the focus is in a text field, where Esc leads out", async () => {
    await open();
    const note = m.get("item-note").element as HTMLTextAreaElement;
    note.focus();
    for (const key of ["1", "p", "f", "n", "/", "?", "ArrowDown", "Enter"]) await m.press(key);
    expect(shown()).toBe("item-C4-01");
    expect(calls("answer_item")).toHaveLength(0);
    expect(m.has("finding-dialog")).toBe(false);
    await m.press("Escape");
    expect(document.activeElement).not.toBe(note);
    await m.press("1");
    expect(calls("answer_item")).toHaveLength(1);
  });

  it("leads from field to field and on with Enter, and is ready to type where only typing answers", async () => {
    await open();
    await m.get("outline-C4-08").trigger("click");
    await m.press("Enter");
    await flushPromises();
    expect(shown()).toBe("item-C4-09");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("field-turnover-input");
    await m.press("Enter");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("field-months-input");
    await m.press("Enter");
    await m.press("Enter");
    expect(shown()).toBe("item-C4-10");
  });

  it("ties selected photos with P", async () => {
    await open();
    await m.get("outline-C4-02").trigger("click");
    const photo = m.host.view().visit.photos[4]!.attached.photo;
    await m.get(`photo-${photo}-face`).trigger("click");
    await m.press("p");
    expect(calls("tie_photo")).toEqual([{ visit: m.host.view().visit.id, photo, items: ["C4-02"], caption: "" }]);
  });

  it("ties the next photo that is not tied with P when none is selected, and takes it back with Shift+P", async () => {
    await open();
    await m.get("outline-C4-02").trigger("click");
    const [, , third, fourth] = m.host.view().visit.photos.map((photo) => photo.attached.photo);
    await m.press("p");
    await m.press("p");
    expect(calls("tie_photo").map((one) => [one["photo"], one["items"]])).toEqual([
      [third, ["C4-02"]],
      [fourth, ["C4-02"]],
    ]);
    await m.press("P", { shiftKey: true });
    expect(calls("tie_photo").at(-1)).toMatchObject({ photo: fourth, items: [] });
  });

  it("leads with Enter past items that are answered already", async () => {
    await open();
    await m.get("outline-C4-02").trigger("click");
    await m.press("1");
    await m.get("outline-C4-01").trigger("click");
    await m.press("1");
    await m.press("Enter");
    expect(shown()).toBe("item-C4-03");
  });

  it("proposes for a finding what the item says, and a deadline by its severity that is a working day", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    // A Saturday.
    vi.setSystemTime(new Date(2026, 10, 21, 9, 30));
    await open();
    await m.press("3");
    await m.press("f");
    const value = (id: string) => (document.querySelector(`[data-testid="${id}"]`) as HTMLInputElement).value;
    expect(value("finding-facts")).not.toBe("");
    expect(value("finding-facts")).toBe(m.get("item-concerns").find(".concern span:last-of-type").text().replace("▲ ", ""));
    expect(value("finding-requirement")).toContain("建设标准");
    await flushPromises();
    expect(value("finding-deadline")).toBe("2026-12-21");
    (document.querySelector('[data-testid="finding-severity-severe"]') as HTMLElement).click();
    await flushPromises();
    expect(value("finding-deadline")).toBe("2026-11-30");
    const typed = document.querySelector('[data-testid="finding-deadline"]') as HTMLInputElement;
    typed.value = "2026-11-29";
    typed.dispatchEvent(new Event("input", { bubbles: true }));
    await flushPromises();
    expect(value("finding-deadline")).toBe("2026-11-29");
    (document.querySelector('[data-testid="finding-working-day"]') as HTMLElement).click();
    await flushPromises();
    expect(value("finding-deadline")).toBe("2026-11-30");
    expect(document.querySelector('[data-testid="finding-working-day"]')).toBeNull();
    vi.useRealTimers();
    (document.querySelector('[data-testid="finding-on-spot"]') as HTMLElement).click();
    await flushPromises();
    expect(value("finding-deadline")).toBe("");

    // Put right on the spot says what was done, and shows it before and after.
    const press = async (id: string) => {
      (document.querySelector(`[data-testid="${id}"]`) as HTMLElement).click();
      await flushPromises();
    };
    const said = (): { how: string; after: string[] } | undefined => (calls("record_finding").at(-1)?.["finding"] as { fixed?: { how: string; after: string[] } } | undefined)?.fixed;
    const unit = document.querySelector('[data-testid="finding-unit-0"]') as HTMLInputElement;
    unit.value = "站点";
    unit.dispatchEvent(new Event("input"));
    await press("finding-record");
    expect(m.has("finding-lacking")).toBe(true);
    expect(calls("record_finding")).toHaveLength(0);
    const how = document.querySelector('[data-testid="finding-fixed-how"]') as HTMLInputElement;
    how.value = "当场挂回";
    how.dispatchEvent(new Event("input"));
    const [before, after] = m.host.view().visit.photos.slice(3).map((one) => one.attached.photo);
    await press(`finding-photo-${before}-face`);
    expect(m.has(`finding-after-${before}`), "one photo cannot show both").toBe(false);
    await press(`finding-after-${after}-face`);
    (document.querySelector("#finding-form") as HTMLFormElement).dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
    expect(said()).toEqual({ how: "当场挂回", after: [after] });
  });

  it("opens a finding with F, the note with N, the search with / and the seal with Ctrl+Enter", async () => {
    await open();
    await m.press("n");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("item-note");
    await m.press("Escape");
    await m.press("/");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("outline-search");
    (document.activeElement as HTMLElement).blur();
    await m.press("f");
    expect(m.has("finding-dialog")).toBe(true);
    await m.press("1");
    expect(calls("answer_item")).toHaveLength(0);
    m.screen.unmount();
    await open();
    await m.press("Enter", { ctrlKey: true });
    await flushPromises();
    expect(m.route()).toBe(`/visit/${m.host.view().visit.id}/seal`);
  });
});

describe("saving", () => {
  it("keeps what is typed within 400 ms of the first unsaved key, even while typing goes on", async () => {
    await open();
    await m.get("outline-C4-09").trigger("click");
    const field = m.get("field-turnover-input");
    const typed = Date.now();
    for (const text of ["1", "18", "186", "1860"]) {
      await field.setValue(text);
      await vi.advanceTimersByTimeAsync(120);
    }
    await vi.advanceTimersByTimeAsync(400);
    const drafts = m.host.made.filter((one) => one.name === "save_draft");
    expect(drafts.length).toBeGreaterThanOrEqual(2);
    expect(drafts[0]!.at - typed).toBeLessThanOrEqual(400);
    expect(JSON.parse((drafts.at(-1)!.args as { raw: string }).raw)).toMatchObject({ fields: { turnover: "1860" } });
    expect(Number(m.get("saved").attributes("data-saved-ms"))).toBe(drafts.at(-1)!.at);
    expect(calls("answer_item")).toHaveLength(0);
    await field.trigger("blur");
    await flushPromises();
    expect(calls("answer_item")).toEqual([expect.objectContaining({ item: "C4-09", answer: { how: "answered", fields: { turnover: { t: "money_fen", v: 186000 } } } })]);
  });

  it("restores what was typed and not yet answered", async () => {
    const host = fakeHost();
    await host.call("save_draft", { visit: host.view().visit.id, slot: "C4-09", raw: JSON.stringify({ way: "answered", fields: { turnover: "20x" }, note: "", reason: "" }) });
    await open(host);
    await m.get("outline-C4-09").trigger("click");
    expect((m.get("field-turnover-input").element as HTMLInputElement).value).toBe("20x");
    expect(m.get("field-turnover-problem").text()).toContain("金额");
  });

  it("says in red why nothing was saved, and goes quiet once it is", async () => {
    await open();
    m.host.fail("save_draft", { code: "disk_full", params: {} });
    m.host.fail("answer_item", { code: "disk_full", params: {} });
    await m.get("item-note").setValue("门头破损");
    await vi.advanceTimersByTimeAsync(400);
    expect(m.get("visit-failure").text()).toContain("磁盘已满");
    m.host.fail("save_draft", null);
    m.host.fail("answer_item", null);
    await m.get("item-note").setValue("门头有破损");
    await vi.advanceTimersByTimeAsync(400);
    expect(m.screen.find('[data-testid="visit-failure"]').exists()).toBe(false);
    expect((m.get("item-note").element as HTMLTextAreaElement).value).toBe("门头有破损");
  });

  it("names in red what is not saved, beside the time of what is", async () => {
    await open();
    const full = { code: "disk_full", params: {} } as const;
    m.host.fail("save_draft", full);
    m.host.fail("answer_item", full);
    await m.get("item-note").setValue("门头破损");
    await m.get("outline-C4-02").trigger("click");
    await flushPromises();
    m.host.fail("answer_item", null);
    await m.press("2");
    expect(calls("answer_item").at(-1)).toMatchObject({ item: "C4-02" });
    expect(m.get("unsaved").text()).toMatch(/^✕ 未存上：1 [^、]+$/);
    m.host.fail("save_draft", null);
    await m.get("visit-retry").trigger("click");
    await flushPromises();
    expect(m.screen.find('[data-testid="unsaved"]').exists()).toBe(false);
  });

  it("makes nothing of what does not fit", async () => {
    await open();
    await m.get("outline-C4-09").trigger("click");
    await m.get("field-turnover-input").setValue("很多");
    await m.get("field-turnover-input").trigger("blur");
    await vi.advanceTimersByTimeAsync(400);
    expect(calls("answer_item")).toHaveLength(0);
    expect(calls("save_draft").at(-1)).toMatchObject({ slot: "C4-09" });
  });
});

describe("a sealed visit", () => {
  it("takes no key", async () => {
    const host = fakeHost();
    await host.call("seal_visit", { visit: "", signers: host.view().visit.description.team.map(({ person }) => ({ person, passphrase: "goodgood" })) });
    await open(host);
    host.made.length = 0;
    for (const key of ["1", "0", "p", "f"]) await m.press(key);
    await vi.advanceTimersByTimeAsync(1000);
    expect(host.made).toEqual([]);
    expect(m.has("finding-dialog")).toBe(false);
    expect(m.screen.find('[data-testid="import-files"]').exists()).toBe(false);
  });
});

describe("a visit opened by mistake", () => {
  async function choose(what: "abort" | "reaim") {
    const menu = m.screen.getComponent({ name: "MistakeMenu" });
    menu.getComponent({ name: "ElDropdown" }).vm.$emit("command", what);
    await flushPromises();
  }
  const dialog = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!;
  async function because(reason: string) {
    const field = dialog("mistake-reason") as HTMLInputElement;
    field.value = reason;
    field.dispatchEvent(new Event("input"));
    await flushPromises();
    document.querySelector<HTMLFormElement>("#mistake-form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
  }

  it("is aborted only with a reason, and then offers nothing more", async () => {
    await open();
    await choose("abort");
    await because("  ");
    expect(calls("abort_visit")).toHaveLength(0);
    await because("昨天已经查过");
    expect(calls("abort_visit")).toEqual([{ visit: m.host.view().visit.id, reason: "昨天已经查过" }]);
    expect(m.get("visit-aborted").text()).toContain("昨天已经查过");
    for (const gone of ["mistake-menu", "visit-seal", "finding-new", "mistake-dialog"]) expect(m.has(gone), gone).toBe(false);
  });

  it("moves to another station only when one is chosen", async () => {
    await open();
    await choose("reaim");
    await because("点错了");
    expect(calls("reaim_visit")).toHaveLength(0);
    expect(m.screen.getComponent({ name: "MistakeMenu" }).props("sheet")).toBeTruthy();
  });
});

describe("undo", () => {
  it("takes the last answer back with Ctrl Z, and never while a text is typed", async () => {
    await open();
    expect(m.has("visit-undo")).toBe(false);
    await m.press("2");
    expect(m.get("visit-undo").attributes("data-kind")).toBe("answer");
    const note = document.createElement("input");
    document.body.append(note);
    note.focus();
    await m.press("z", { ctrlKey: true });
    expect(calls("undo_step")).toHaveLength(0);
    note.remove();
    await m.press("z", { ctrlKey: true });
    await flushPromises();
    expect(calls("undo_step")).toHaveLength(1);
    expect(m.host.view().visit.answers).toEqual({});
    expect(m.has("visit-undo")).toBe(false);
  });
});

describe("where the visit's data is", () => {
  it("follows a synchronisation that ends meanwhile", async () => {
    const host = fakeHost();
    const inner = host.call;
    let data_state = "local_only";
    host.call = (async (name: never, args: never) => {
      const answer = await inner(name, args);
      return name === "get_visit" ? { ...(answer as object), data_state } : answer;
    }) as typeof host.call;
    await open(host);
    data_state = "acknowledged";
    host.emit({ event: "sync", status: (await host.call("app_state", {})).sync });
    await vi.advanceTimersByTimeAsync(1000);
    expect(m.get("chip-data_state").attributes("data-state")).toBe("acknowledged");
  });
});

describe("the visit before", () => {
  it("is shown in words with its date where it said something", async () => {
    await open();
    const before = m.host.view().previous!;
    expect(m.get("item-previous").text()).toBe(`上次（${day(before.started_at_ms)}） 未查，原因：站长外出`);
    await m.get("outline-C4-09").trigger("click");
    expect(m.get("item-previous").text()).toContain("2,140 元");
    await m.get("outline-C4-02").trigger("click");
    expect(m.has("item-previous")).toBe(false);
  });
});
