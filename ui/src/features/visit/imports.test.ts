import { mount } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import type { HostEvent } from "@/contract";
import type { FieldHost } from "@/host";
import { useImports, type Imports } from "./imports";

afterEach(() => vi.useRealTimers());

it("tells pace and time left once there is a pace", async () => {
  vi.useFakeTimers();
  let tell: (event: HostEvent) => void = () => undefined;
  const host = {
    call: (name: string) => Promise.resolve(name === "import_photos" ? { import: "one" } : { finished: false, cancelled: false, rows: [] }),
    pickFiles: () => Promise.resolve(["file-1"]),
    onEvent: (listener: (event: HostEvent) => void) => ((tell = listener), () => undefined),
  } as unknown as FieldHost;
  let imports!: Imports;
  mount(defineComponent(() => ((imports = useImports(host, "v", { changed: () => undefined, failed: () => undefined, mayTake: () => true })), () => h("i"))));
  await imports.pick("photos");
  expect(imports.pace.value).toBeNull();
  vi.advanceTimersByTime(4_000);
  tell({ event: "import", progress: { import: "one", visit: "v", done: 20, total: 500, bytes: 1, finished: false } });
  expect(imports.pace.value).toEqual({ perSecond: "5.0", left: 96 });
});
