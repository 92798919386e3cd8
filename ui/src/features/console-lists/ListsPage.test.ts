import { flushPromises, mount } from "@vue/test-utils";
import { expect, it, vi } from "vitest";
import { provideConsoleHost } from "@/host";
import { fakeConsoleHost } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import ListsPage from "./ListsPage.vue";

it("opens of a station its visits", async () => {
  localStorage.clear();
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(400);
  const page = mount(ListsPage, {
    attachTo: document.body,
    props: { scope: "s", account: "fuhe" },
    global: { plugins: [makeI18n(), { install: (app) => provideConsoleHost(app, fakeConsoleHost({ loggedIn: true })) }] },
  });
  const get = (id: string) => page.get<HTMLInputElement>(`[data-testid="${id}"]`);
  await get("list-kind-stations").trigger("click");
  await flushPromises();
  const first = page.get('[data-testid^="list-open-"]');
  const name = first.text();
  expect(name).not.toBe("");
  await first.trigger("click");
  await flushPromises();
  expect(get("list-kind-visits").attributes("aria-pressed")).toBe("true");
  expect(get("list-search").element.value).toBe(name);
  expect(page.emitted("open")).toBeUndefined();
  page.unmount();
  vi.restoreAllMocks();
});
