import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import type { HostEvent, ImportOutcome } from "@/contract";
import type { FieldHost } from "@/host";
import { makeI18n } from "@/i18n";
import { useResumed } from "./resumed";

const push = vi.fn();
vi.mock("vue-router", () => ({ useRouter: () => ({ push }) }));
afterEach(() => (document.body.innerHTML = ""));

function over(resumed: boolean, finished: boolean): HostEvent {
  return { event: "import", progress: { import: "one", visit: "v", resumed, done: 3, total: 3, bytes: 9, total_bytes: 9, finished } };
}

async function told(event: HostEvent, outcomes: ImportOutcome[]): Promise<HTMLElement | null> {
  const rows = outcomes.map((outcome) => ({ name: "a.jpg", outcome, photo: null, size_bytes: 1, reason: null, detail: null }));
  const host = { call: async () => ({ finished: true, cancelled: false, rows }) } as unknown as FieldHost;
  let hear: (event: HostEvent) => void = () => undefined;
  const Screen = defineComponent({ setup: () => ((hear = useResumed(host)), () => h("div")) });
  const screen = mount(Screen, { global: { plugins: [makeI18n("zh")] } });
  hear(event);
  await flushPromises();
  screen.unmount();
  return document.querySelector('[data-testid="import-resumed"]');
}

it("tells in numbers how an import that was cut off ended, and leads there", async () => {
  const notice = await told(over(true, true), ["taken", "duplicate", "refused"]);
  expect(notice?.dataset["refused"]).toBe("1");
  expect(notice?.textContent).toContain("补上 1 个文件，1 个上次已导入；1 个没有导入");
  notice?.querySelector("a")?.click();
  expect(push).toHaveBeenCalledWith("/visit/v");
});

it("says nothing of an import that its screen watches, nor before the end", async () => {
  expect(await told(over(false, true), ["taken"])).toBeNull();
  expect(await told(over(true, false), ["taken"])).toBeNull();
});
