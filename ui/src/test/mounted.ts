/** Mounts a screen on the invented host, as a test needs it. */
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia } from "pinia";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { provideFieldHost } from "@/host";
import { fakeHost, type FakeHost } from "@/host/fake";
import { makeI18n } from "@/i18n";

export interface Mounted {
  host: FakeHost;
  screen: VueWrapper;
  /** Presses a key where the focus is. */
  press(key: string, more?: KeyboardEventInit): Promise<void>;
  get(testid: string): ReturnType<VueWrapper["get"]>;
  has(testid: string): boolean;
  route(): string;
}

export async function mounted(screen: Component, props: Record<string, unknown>, path = "/visit/one", host = fakeHost()): Promise<Mounted> {
  const nothing = { template: "<i />" };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/visit/:visit", component: nothing },
      { path: "/visit/:visit/seal", component: nothing },
      { path: "/visits", component: nothing },
      { path: "/:rest(.*)*", component: nothing },
    ],
  });
  await router.push(path);
  const wrapper = mount(screen, {
    props,
    attachTo: document.body,
    global: { plugins: [createPinia(), makeI18n(), router, { install: (app) => provideFieldHost(app, host) }] },
  });
  await flushPromises();
  return {
    host,
    screen: wrapper,
    async press(key, more = {}) {
      (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
      await flushPromises();
    },
    get: (testid) => wrapper.get(`[data-testid="${testid}"]`),
    has: (testid) => document.querySelector(`[data-testid="${testid}"]`) !== null,
    route: () => router.currentRoute.value.fullPath,
  };
}
