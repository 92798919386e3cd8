import { expect, it } from "vitest";
import { mount } from "@vue/test-utils";
import type { PhotoId, VisitPhoto } from "@/contract";
import { provideFieldHost } from "@/host";
import { fakeHost } from "@/host/fake";
import { makeI18n } from "@/i18n";
import PhotoPick from "./PhotoPick.vue";

async function picking(count: number, chosen: (photos: readonly VisitPhoto[]) => PhotoId[]) {
  const host = fakeHost({ photos: count });
  const visits = await host.call("list_visits", {});
  const view = await host.call("get_visit", { visit: visits[0]!.visit });
  const photos = view.visit.photos.map((one, at) => ({ ...one, items: at === count - 1 ? ["C4-07"] : [] }));
  const wrapper = mount(PhotoPick, {
    props: { photos, chosen: chosen(photos), item: "C4-07", testid: "pick" },
    global: { plugins: [makeI18n("zh"), { install: (app) => provideFieldHost(app, host) }] },
  });
  const tiles = () => wrapper.findAll("figure").map((one) => one.attributes("data-testid")!.slice("pick-".length));
  return { photos, wrapper, tiles, id: (at: number) => photos.at(at)!.attached.photo };
}

it("shows of many those that are chosen or show the item first, and all of them on request", async () => {
  const { wrapper, tiles, id } = await picking(300, (photos) => [photos.at(-2)!.attached.photo]);
  expect(tiles()).toHaveLength(24);
  expect(tiles().slice(0, 3)).toEqual([id(-2), id(-1), id(0)]);
  await wrapper.find(`[data-testid="pick-${id(0)}-face"]`).trigger("click");
  expect(wrapper.emitted("toggle")).toEqual([[id(0)]]);
  await wrapper.setProps({ chosen: [id(0)] });
  expect(tiles().slice(0, 3), "what is pressed stays where it is").toEqual([id(-2), id(-1), id(0)]);
  await wrapper.find('[data-testid="picks-all"]').trigger("click");
  expect(tiles()).toHaveLength(300);
  expect(wrapper.find('[data-testid="picks-all"]').exists()).toBe(false);
});

it("shows a few as they were taken", async () => {
  const { wrapper, tiles, photos } = await picking(20, () => []);
  expect(tiles()).toEqual(photos.map((one) => one.attached.photo));
  expect(wrapper.find('[data-testid="picks-all"]').exists()).toBe(false);
});
