import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createPinia } from "pinia";
import type { ReviewRow, ReviewView } from "@/contract";
import { provideConsoleHost } from "@/host";
import { fakeConsoleHost, type FakeConsole } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import ReviewPage from "./ReviewPage.vue";

// A panel with room for some rows, where there is no layout.
beforeEach(() => void vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600));
afterEach(() => vi.restoreAllMocks());

let page: VueWrapper;
let host: FakeConsole;
/** Visits that wait for a review. */
let waiting: string[];

async function open(mayAccept = true): Promise<void> {
  host = fakeConsoleHost({ loggedIn: true });
  waiting = (await host.call("list_visits", { scope: "s" })).filter((row) => row.phase === "sealed").map((row) => row.visit);
  page = mount(ReviewPage, {
    attachTo: document.body,
    props: { scope: "s", account: "fuhe", mayAccept },
    global: { plugins: [createPinia(), makeI18n(), { install: (app) => provideConsoleHost(app, host) }] },
  });
  await flushPromises();
}
async function press(key: string): Promise<void> {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await flushPromises();
}
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
async function click(id: string): Promise<void> {
  find(id)!.click();
  await flushPromises();
}
const accepted = () => host.made.filter((one) => one.name === "accept_visit").map((one) => one.args as { visit: string; statement: string });

/** What the server says of a visit from here on. */
function nowSays(change: (view: ReviewView) => Partial<ReviewView>): void {
  const inner = host.call;
  host.call = (async (name: never, args: never) => {
    const answer = await inner(name, args);
    return name === "get_visit" ? { ...(answer as ReviewView), ...change(answer) } : answer;
  }) as typeof host.call;
}

/** With checks that all hold, as far as nothing else is said. */
const sound = () => nowSays((view) => ({ checks: view.checks.map((one) => ({ ...one, holds: true })) }));

beforeEach(() => open());
afterEach(() => {
  page.unmount();
  document.body.innerHTML = "";
});

it("selects with X and the mouse only what waits for a review, and clears with Esc", async () => {
  expect(waiting).toHaveLength(2);
  expect(document.querySelectorAll('[data-testid^="pick-"]')).toHaveLength(2);
  await press("j");
  await press("x");
  expect(find("many-bar")!.dataset["picked"]).toBe("1");
  await click(`pick-${waiting.find((visit) => !(find(`pick-${visit}`) as HTMLInputElement).checked)!}`);
  expect(find("many-bar")!.dataset["picked"]).toBe("2");
  await press("x");
  expect(find("many-bar")!.dataset["picked"]).toBe("1");
  await press("Escape");
  expect(find("many-bar")).toBeNull();
});

it("accepts each by itself, says which have doubts, and goes on past one that is refused", async () => {
  for (const visit of waiting) await click(`pick-${visit}`);
  await click("many-accept");
  expect(find("accept-many-doubts")!.textContent).toContain("1 次有疑点");
  expect(accepted()).toEqual([]);
  sound();
  const inner = host.call;
  let first = true;
  host.call = (async (name: never, args: never) => {
    if (name === "accept_visit" && first) {
      first = false;
      host.fail("accept_visit", { code: "changed_meanwhile", params: {} });
      return inner(name, args).finally(() => host.fail("accept_visit", null));
    }
    return inner(name, args);
  }) as typeof host.call;
  await click("accept-many-confirm");
  await flushPromises();
  expect(accepted().map((one) => one.visit).toSorted()).toEqual(waiting.toSorted());
  expect(find("accept-many-said")!.dataset).toMatchObject({ accepted: "1", state: "over" });
  expect(find("error-note")!.dataset["code"]).toBe("changed_meanwhile");
  await click("accept-many-close");
  expect(find("accept-many")).toBeNull();
  expect(find("many-bar")!.dataset["picked"]).toBe("1");
});

it("keeps what was selected when the question is cancelled", async () => {
  for (const visit of waiting) await click(`pick-${visit}`);
  await click("many-accept");
  await click("accept-many-close");
  expect(find("many-bar")!.dataset["picked"]).toBe("2");
});

it.each<[string, string, (view: ReviewView) => Partial<ReviewView>]>([
  ["was returned", "又有变化", () => ({ phase: "returned" })],
  ["was sealed anew", "又有变化", () => ({ seal_id: "f".repeat(64) })],
  ["has graver doubts", "又有变化", (view) => ({ doubts: view.doubts.map((one) => ({ ...one, n: one.n + 5 })) })],
  ["fails a check", "核验中有一项不成立", (view) => ({ checks: view.checks.map((one) => ({ ...one, holds: false })) })],
])("does not accept what %s after it was listed", async (_, said, change) => {
  const visit = (await host.call("list_visits", { scope: "s" })).find((row) => row.phase === "sealed" && row.doubts?.length)!.visit;
  await click(`pick-${visit}`);
  await click("many-accept");
  sound();
  nowSays(change);
  await click("accept-many-confirm");
  expect(find("accept-many-said")!.dataset).toMatchObject({ accepted: "0", state: "over" });
  expect(find(`many-${visit}`)!.textContent).toContain(said);
  expect(accepted()).toEqual([]);
});

it("accepts the seal that was listed when the visit was selected, and selects no other in its place", async () => {
  for (const visit of waiting) await click(`pick-${visit}`);
  const inner = host.call;
  host.call = (async (name: never, args: never) => {
    const answer = await inner(name, args);
    if (name !== "list_visits") return answer;
    return (answer as ReviewRow[]).map((row) => (row.visit === waiting[0] ? { ...row, seal_id: "f".repeat(64) } : row));
  }) as typeof host.call;
  await click("refresh");
  expect(find("many-bar")!.dataset["picked"]).toBe("1");
  expect(find("many-dropped")!.textContent).toContain("1 次");
  expect((find(`pick-${waiting[0]}`) as HTMLInputElement).checked).toBe(false);
  await click(`pick-${waiting[0]}`);
  expect(find("many-dropped")).toBeNull();
  expect(find("many-bar")!.dataset["picked"]).toBe("2");
});

it("stays on the screen with what it did when it is closed while it runs", async () => {
  for (const visit of waiting) await click(`pick-${visit}`);
  await click("many-accept");
  sound();
  let go = () => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  const inner = host.call;
  host.call = (async (name: never, args: never) => {
    if (name === "accept_visit") await gate;
    return inner(name, args);
  }) as typeof host.call;
  await click("accept-many-confirm");
  document.querySelector<HTMLElement>(".frame-dialog .el-dialog__headerbtn")!.click();
  go();
  await flushPromises();
  await vi.waitFor(() => expect(find("accept-many-said")!.dataset).toMatchObject({ accepted: "1", state: "over" }));
  expect(document.querySelector<HTMLElement>(".frame-dialog")!.closest<HTMLElement>(".el-overlay")!.style.display).not.toBe("none");
  await click("accept-many-close");
  expect(find("many-bar")!.dataset["picked"]).toBe("1");
});

it("is not for whoever may not accept", async () => {
  page.unmount();
  await open(false);
  expect(document.querySelectorAll('[data-testid^="pick-"]')).toHaveLength(0);
  await press("j");
  await press("x");
  expect(find("many-bar")).toBeNull();
});
