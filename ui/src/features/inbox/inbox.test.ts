import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { mount } from "@vue/test-utils";
import type { AssignPhotos } from "@/contract";
import { HostError } from "@/host";
import { fakeHost } from "@/host/fake";
import { MOST, outcomeOf, useInbox, type InboxState } from "./inbox";

beforeEach(() => setActivePinia(createPinia()));

it("assigns a thousand at a time; what is in stays in when a later call fails", async () => {
  const host = fakeHost();
  const sizes: number[] = [];
  const call = host.call.bind(host);
  host.call = (async (name: never, args: AssignPhotos) => {
    if (name !== "assign_photos") return call(name, args as never);
    sizes.push(args.assignments.length);
    if (sizes.length === 3) throw new HostError({ code: "disk_full", params: {} });
    return { taken: args.assignments.length - 1, refused: [{ photo: args.assignments[0]!.photo, rule: "same_photo" }], inbox: await call("list_inbox", {}) };
  }) as typeof host.call;
  let state!: InboxState;
  mount(defineComponent(() => ((state = useInbox(host)), () => h("i"))));
  await state.load();
  const visit = state.order.value[0]!;
  const outcome = await state.assign(Array.from({ length: 2 * MOST + 5 }, (_, n) => ({ photo: `p${n}`, visit, items: [] })));
  expect(sizes).toEqual([1000, 1000, 5]);
  expect(outcome.visits).toEqual([{ visit, photos: 1998 }]);
  expect(outcome.refused.map((one) => one.photo)).toEqual(["p0", "p1000"]);
  expect(state.failure.value?.code).toBe("disk_full");
});

it("counts by visit what went in", () => {
  const done = [1, 2, 3].map((n) => ({ photo: `p${n}`, visit: n === 3 ? "v2" : "v1", items: [] }));
  expect(outcomeOf(done, [{ photo: "p3", rule: "sealed" }], ["v1", "v2"])).toEqual({ visits: [{ visit: "v1", photos: 2 }], refused: [{ photo: "p3", rule: "sealed" }] });
});

it("shows what an import brings while it goes on, the first within a second, and no other visit's", async () => {
  vi.useFakeTimers();
  try {
    const host = fakeHost({ import: "many" });
    let state!: InboxState;
    mount(defineComponent(() => ((state = useInbox(host)), () => h("i"))));
    await state.load();
    const before = state.photos.value.length;
    let loads = 0;
    const call = host.call.bind(host);
    host.call = ((name: never, args: never) => {
      if (name === "list_inbox") loads += 1;
      return call(name, args);
    }) as typeof host.call;
    const far = (visit: string | null, done: number) =>
      host.emit({ event: "import", progress: { import: "one", visit, resumed: false, done, total: 500, bytes: 1, total_bytes: 9, finished: false } });
    far("v", 1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(loads).toBe(0);
    await host.call("import_to_inbox", { handles: ["a"], method: "dialog" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.photos.value.length).toBeGreaterThan(before);
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.photos.value.length).toBe(before + 500);
    expect(loads).toBeLessThanOrEqual(5);
  } finally {
    vi.useRealTimers();
  }
});
