import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ReviewRow } from "@/contract";
import { provideConsoleHost } from "@/host";
import { fakeConsoleHost } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import ReviewPage from "./ReviewPage.vue";

const MANY = 10_000;
let page: VueWrapper;
let revision: string;
let lists: number;
const drawn = () => page.findAll('[data-testid="review-row"]').map((row) => row.attributes("data-visit"));
const press = async (key: string): Promise<void> => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await flushPromises();
};

beforeEach(async () => {
  // A panel with room for some rows, where there is no layout.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  const host = fakeConsoleHost({ loggedIn: true });
  const [one] = await host.call("list_visits", { scope: "s" });
  const rows = Array.from({ length: MANY }, (_, n): ReviewRow => ({ ...one!, visit: `visit-${n}`, station_name: `站 ${n}`, started_at_ms: 1_800_000_000_000 - n * 60_000 }));
  const inner = host.call;
  [revision, lists] = ["1", 0];
  host.call = (async (name: string, args: never) => {
    if (name === "list_visits") lists += 1;
    if (name === "get_visit") return new Promise(() => undefined);
    return name === "list_visits" ? rows : name === "visits_revision" ? { revision } : inner(name as never, args);
  }) as typeof host.call;
  page = mount(ReviewPage, {
    attachTo: document.body,
    props: { scope: "s", account: "fuhe", mayAccept: true },
    global: { plugins: [createPinia(), makeI18n(), { install: (app) => provideConsoleHost(app, host) }] },
  });
  await flushPromises();
});
afterEach(() => {
  page.unmount();
  vi.restoreAllMocks();
  document.body.innerHTML = "";
});

it("draws only what is in sight of ten thousand visits, and goes through them by keys", async () => {
  expect(drawn().slice(0, 2)).toEqual(["visit-0", "visit-1"]);
  expect(drawn().length).toBeLessThan(40);
  await press("j");
  await press("j");
  expect(page.get(".row.here").attributes("data-visit")).toBe("visit-1");
  await press("k");
  expect(page.get(".row.here").attributes("data-visit")).toBe("visit-0");
});

it("reads the list again only when it is another", async () => {
  const refresh = () => page.get('[data-testid="refresh"]').trigger("click").then(flushPromises);
  await refresh();
  expect(lists).toBe(1);
  revision = "2";
  await refresh();
  expect(lists).toBe(2);
});

it("finds a visit that was far out of sight", async () => {
  await page.get('[data-testid="review-search"]').setValue("站 9876");
  await flushPromises();
  expect(drawn()).toEqual(["visit-9876"]);
});
