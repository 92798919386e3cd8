import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPinia } from "pinia";
import { provideConsoleHost } from "@/host";
import { fakeConsoleHost, type FakeConsole } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import ReviewPage from "./ReviewPage.vue";

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
  expect(find("many-bar")).toBeNull();
});

it("does not accept what changed after it was listed", async () => {
  const [visit] = waiting;
  await click(`pick-${visit}`);
  await click("many-accept");
  const inner = host.call;
  host.call = (async (name: never, args: never) => {
    const answer = await inner(name, args);
    return name === "get_visit" ? { ...(answer as object), phase: "returned" } : answer;
  }) as typeof host.call;
  await click("accept-many-confirm");
  expect(find("accept-many-said")!.dataset).toMatchObject({ accepted: "0", state: "over" });
  expect(find(`many-${visit}`)!.textContent).toContain("又有变化");
  expect(accepted()).toEqual([]);
});

it("is not for whoever may not accept", async () => {
  page.unmount();
  await open(false);
  expect(document.querySelectorAll('[data-testid^="pick-"]')).toHaveLength(0);
  await press("j");
  await press("x");
  expect(find("many-bar")).toBeNull();
});
