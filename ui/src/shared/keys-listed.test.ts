// Read in lazily by the screens, and waited for here.
import "virtual:guide/zh";
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, describe, expect, it } from "vitest";
import { defineComponent, h, type Component } from "vue";
import ReviewPage from "@/features/console-review/ReviewPage.vue";
import "@/features/guide/GuideDialog.vue";
import GuideDoor from "@/features/guide/GuideDoor.vue";
import GalleryScreen from "@/features/gallery/GalleryScreen.vue";
import InboxScreen from "@/features/inbox/InboxScreen.vue";
import ListScreen from "@/features/lists/ListScreen.vue";
import VisitScreen from "@/features/visit/VisitScreen.vue";
import TodayScreen from "@/features/visits/TodayScreen.vue";
import VisitList from "@/features/visits/VisitList.vue";
import { provideConsoleHost } from "@/host";
import { fakeHost } from "@/host/fake";
import { fakeConsoleHost } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import { acts, ALL, listed, printed } from "@/test/acting";
import { mounted } from "@/test/mounted";
import { isTextField } from "./keys";
import KeysOverlay from "./KeysOverlay.vue";

let leave = () => {};
afterEach(() => {
  leave();
  document.body.innerHTML = "";
});
const with_ = (screen: Component) => defineComponent({ inheritAttrs: false, setup: (_, { attrs }) => () => [h(screen, attrs), h(KeysOverlay), h(GuideDoor)] });
const press = (key: string, more: KeyboardEventInit = {}) => acts({ key, ...more } as never);

/** The focus is where the screen puts it, unless that is a text field, where keys type. */
async function settled(): Promise<void> {
  await new Promise((later) => setTimeout(later, 5));
  await flushPromises();
  if (isTextField(document.activeElement)) (document.activeElement as HTMLElement).blur();
}

/** A screen of the field, with keys pressed that lead to the part of it that is meant. */
const field = (screen: Component, props: Record<string, unknown>, ...way: string[]) => async () => {
  leave();
  document.body.innerHTML = "";
  const m = await mounted(with_(screen), props, "/visit/one", fakeHost());
  leave = () => m.screen.unmount();
  for (const key of way) await press(key);
  await settled();
};
const review = (...way: string[]) => async () => {
  leave();
  document.body.innerHTML = "";
  const page = mount(with_(ReviewPage), {
    props: { scope: "s", account: "fuhe", mayAccept: true },
    attachTo: document.body,
    global: { plugins: [createPinia(), makeI18n(), { install: (app) => provideConsoleHost(app, fakeConsoleHost({ loggedIn: true })) }] },
  });
  leave = () => page.unmount();
  await flushPromises();
  for (const key of way) await press(key);
  await settled();
};
const ONE = { visit: "00000000-0000-7000-8000-000000000000" };
const SCREENS: [name: string, open: () => Promise<void>][] = [
  ["the day", field(TodayScreen, {})],
  ["the list of visits", field(VisitList, {})],
  ["opening a visit", field(VisitList, {}, "n")],
  ["the stations", field(ListScreen, { list: "stations" })],
  ["the gallery, with two photos selected", field(GalleryScreen, {}, " ", "ArrowRight", " ")],
  ["the inbox, with a burst selected", field(InboxScreen, {}, " ")],
  ["choosing a visit in the inbox", field(InboxScreen, {}, "v")],
  ["the guide", field(VisitList, {}, "F1")],
  ["a visit", field(VisitScreen, ONE)],
  ["a finding", field(VisitScreen, ONE, "3", "f")],
  ["the console's list", review("j")],
  ["accepting a visit", review("j", "a")],
];

/** What the list of keys prints on the screen at hand. */
async function sheet(): Promise<string[]> {
  await press("?");
  const rows = [...document.querySelectorAll('[data-testid="keys-overlay"] kbd')].map((one) => [one.textContent ?? "", ""] as const);
  return listed(rows);
}

describe.each(SCREENS)("the keys of %s", (_, open) => {
  it("that act are exactly those that ? lists", async () => {
    await open();
    const told = await sheet();
    expect(told).toContain("?");
    await open();
    const acting = new Set<string>();
    for (const tried of ALL) {
      if (!(await acts(tried))) continue;
      acting.add(printed(tried));
      await open();
    }
    // Keys that act in a text field or with Shift only are pressed there.
    for (const one of told.filter((name) => !acting.has(name))) {
      if (one.startsWith("Shift + ")) {
        const parts = one.slice(8).split(" ").map((key) => ALL.find((tried) => !tried.ctrlKey && printed(tried) === key)?.key ?? key);
        const acted = [];
        for (const key of parts) acted.push(await press(key, { shiftKey: true }));
        if (acted.every(Boolean)) acting.add(one);
      }
      const note = document.querySelector<HTMLElement>("textarea, input");
      note?.focus();
      if (one === "Esc" && note && (await press("Escape"))) acting.add(one);
      await open();
    }
    expect([...acting].toSorted()).toEqual(told);
  });
});
