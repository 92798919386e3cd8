import { mount } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { defineComponent, h, watch } from "vue";
import type { ApiError, HostEvent, ImportProgress } from "@/contract";
import type { FieldHost } from "@/host";
import { useImports, type Imports } from "./imports";

let gone = () => {};
afterEach(() => {
  gone();
  gone = () => {};
  able = () => true;
  copied = ["file-1"];
  vi.useRealTimers();
});

let tell: (event: HostEvent) => void = () => undefined;
let imports: Imports;
let able: (what: string) => boolean = () => true;
const made: string[] = [];
const failures: ApiError[] = [];
/** Handles of what was copied in another program. */
let copied = ["file-1"];
/** A screen that takes files into a visit, or into the inbox. */
function watching(visit: string | null): void {
  made.length = 0;
  failures.length = 0;
  const host = {
    call: (name: string) => (made.push(name), Promise.resolve(name.startsWith("import_") && name !== "import_report" ? { import: "one" } : { finished: false, cancelled: false, rows: [] })),
    can: (what: string) => able(what),
    pickFiles: (what: string) => {
      if (what === "clipboard") made.push("pick clipboard");
      return Promise.resolve(what === "clipboard" ? copied : ["file-1"]);
    },
    handIn: (files: File[]) => Promise.resolve(files.map((file) => file.name)),
    onEvent: (listener: (event: HostEvent) => void) => ((tell = listener), () => undefined),
  } as unknown as FieldHost;
  gone();
  const screen = mount(defineComponent(() => ((imports = useImports(host, visit, { changed: () => undefined, failed: (error) => failures.push(error), mayTake: () => true })), () => h("i"))));
  gone = () => screen.unmount();
}
const far = (visit: string | null, done: number, more: Partial<ImportProgress> = {}): HostEvent => ({ event: "import", progress: { import: "one", visit, resumed: false, done, total: 500, bytes: done * 4_000_000, total_bytes: 500 * 4_000_000, finished: false, ...more } });

it("tells pace and time left once there is a pace", async () => {
  vi.useFakeTimers();
  watching("v");
  await imports.pick("photos");
  expect(imports.pace.value).toBeNull();
  vi.advanceTimersByTime(4_000);
  tell(far("v", 20));
  expect(imports.pace.value).toEqual({ perSecond: 20_000_000, left: 96 });
  expect(imports.share.value).toBe(4);
});

it("moves while one large file is read, by its bytes", async () => {
  vi.useFakeTimers();
  watching("v");
  await imports.pick("photos");
  vi.advanceTimersByTime(10_000);
  tell(far("v", 0, { total: 1, bytes: 1_000_000_000, total_bytes: 4_000_000_000 }));
  expect(imports.pace.value).toEqual({ perSecond: 100_000_000, left: 30 });
  expect(imports.share.value).toBe(25);
});

it("leaves an import into the inbox to the inbox, and the other way round", async () => {
  watching("v");
  tell(far(null, 3));
  expect(imports.progress.value).toBeNull();
  watching(null);
  tell(far("v", 3));
  expect(imports.progress.value).toBeNull();
  await imports.pick("folder");
  expect(made).toEqual(["import_to_inbox", "import_report"]);
});

it("goes on watching one that was begun before, at the pace since then", async () => {
  vi.useFakeTimers();
  watching(null);
  tell(far(null, 200, { resumed: true }));
  expect(imports.progress.value?.resumed).toBe(true);
  vi.advanceTimersByTime(2_000);
  tell(far(null, 220, { resumed: true }));
  expect(imports.pace.value).toEqual({ perSecond: 40_000_000, left: 28 });
  tell(far(null, 500, { finished: true }));
  await vi.advanceTimersByTimeAsync(0);
  expect(imports.progress.value).toBeNull();
  expect(imports.report.value).not.toBeNull();
  // What comes late of one that is over begins nothing.
  tell(far(null, 500, { finished: true }));
  expect(imports.progress.value).toBeNull();
});

it("shows of many files that are done at once only how far it is in each frame", async () => {
  vi.useFakeTimers();
  watching(null);
  await imports.pick("folder");
  const shown: (number | undefined)[] = [];
  const started: boolean[] = [];
  watch(imports.progress, (at) => shown.push(at?.done), { flush: "sync" });
  watch(imports.running, (on) => started.push(on), { flush: "sync" });
  for (let done = 1; done <= 200; done++) tell(far(null, done));
  expect(shown).toEqual([1]);
  vi.advanceTimersToNextFrame();
  expect(shown).toEqual([1, 200]);
  tell(far(null, 300));
  tell(far(null, 500, { finished: true }));
  await vi.advanceTimersByTimeAsync(100);
  // The end is not waited for, and nothing older comes after it.
  expect(imports.progress.value).toBeNull();
  expect(shown.at(-1)).toBeUndefined();
  expect(started).toEqual([false]);
});

it("takes pasted files, and leaves pasted text alone", async () => {
  watching(null);
  const paste = (files: File[], target: EventTarget = document.body) => {
    const event = Object.assign(new Event("paste", { bubbles: true, cancelable: true }), { clipboardData: { files } });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const field = document.body.appendChild(document.createElement("textarea"));
  expect(paste([new File(["x"], "cells.png")], field)).toBe(false);
  expect(paste([])).toBe(false);
  expect(paste([new File(["x"], "a.jpg")])).toBe(true);
  await new Promise((later) => setTimeout(later));
  expect(made.filter((name) => name === "import_to_inbox")).toHaveLength(1);
  field.remove();
});

it("asks a window for the files that were copied, and lets text fields paste", async () => {
  able = (what) => what === "paste_paths";
  watching(null);
  const press = async (target: EventTarget, more: KeyboardEventInit) => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key: "v", bubbles: true, ...more }));
    await new Promise((later) => setTimeout(later));
  };
  const field = document.body.appendChild(document.createElement("textarea"));
  await press(field, { ctrlKey: true });
  await press(document.body, {});
  await press(document.body, { ctrlKey: true, isComposing: true });
  expect(made).toEqual([]);
  await press(document.body, { ctrlKey: true });
  expect(made.slice(0, 2)).toEqual(["pick clipboard", "import_to_inbox"]);
  tell(far(null, 500, { finished: true }));
  copied = [];
  made.length = 0;
  await press(document.body, { ctrlKey: true });
  expect([made, failures.map((one) => one.code)]).toEqual([["pick clipboard"], ["no_file_copied"]]);
  field.remove();
});
