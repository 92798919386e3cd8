import { mount } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import type { InboxPhoto } from "@/contract";
import { fakeHost } from "@/host/fake";
import { provideFieldHost } from "@/host";
import { makeI18n } from "@/i18n";
import InboxGrid from "./InboxGrid.vue";
import { asideOf, layOut } from "./sections";

afterEach(() => vi.restoreAllMocks());

it("says of each card what it says once, however often keys go from one to the next", async () => {
  for (const name of ["clientHeight", "clientWidth", "offsetHeight", "offsetWidth"] as const) vi.spyOn(HTMLElement.prototype, name, "get").mockReturnValue(800);
  const host = fakeHost();
  const photos: readonly InboxPhoto[] = (await host.call("list_inbox", {})).photos.slice(0, 12);
  const say = vi.fn(() => ({ taken: "11-20 09:05", sentence: "", corrected: false, stayed: "" }));
  const screen = mount(InboxGrid, {
    props: { label: "", layout: layOut(asideOf(photos), new Set(), 2), here: 0, chosen: new Set<string>(), say },
    slots: { section: "", group: "" },
    global: { plugins: [makeI18n("zh"), { install: (app) => provideFieldHost(app, host) }] },
    attachTo: document.body,
  });
  await nextTick();
  await nextTick();
  const said = say.mock.calls.length;
  expect(said).toBe(screen.findAll(".card").length);
  expect(said).toBeGreaterThan(4);
  for (const here of [1, 2, 3]) await screen.setProps({ here });
  await screen.setProps({ chosen: new Set(photos.map((one) => one.attached.photo)) });
  expect(screen.findAll(".card.chosen")).toHaveLength(said);
  expect(say).toHaveBeenCalledTimes(said);
  screen.unmount();
});
