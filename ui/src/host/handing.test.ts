import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HostEvent, ImportProgress, ImportReport } from "@/contract";
import { asApiError, HostError } from ".";
import type { Chosen } from "./chosen";
import { handing, type Handing, type Way } from "./handing";

const ROOM = 128 * 1024 * 1024;
/** A program that takes files in: what it was asked, and parts that it has not ended with. */
let began: string[][];
let open: Map<string, string[]>;
let cancelled: string[];
let told: ImportProgress[];
let sending: (one: Chosen, step: (bytes: number) => void, stop: AbortSignal) => Promise<string>;
let refusing: HostError | null;
let hands: Handing;

const file = (name: string, size = 100): Chosen => ({ name, size, file: new File(["x"], name) });
const error = (code: string, params = {}) => new HostError({ code: code as never, params });
const last = () => told.at(-1)!;
const into = { visit: "v", items: [], method: "dialog" };

beforeEach(() => {
  [began, cancelled, told] = [[], [], []];
  open = new Map();
  refusing = null;
  sending = async (one, step) => (step(one.size), one.name);
  const call = (async (name: string, args: { handles: string[]; import: string }) => {
    if (name === "import_photos") {
      if (refusing) throw refusing;
      began.push(args.handles);
      open.set(`part-${began.length}`, args.handles);
      return { import: `part-${began.length}` };
    }
    if (name === "cancel_import") return cancelled.push(args.import), {};
    const at = Number(args.import.split("-")[1]) - 1;
    const rows = began[at]!.map((handle) => ({ name: handle.split("/").at(-1)!, outcome: "taken" as const, photo: handle, size_bytes: 100, reason: null, detail: null }));
    return { finished: !open.has(args.import), cancelled: false, rows } satisfies ImportReport;
  }) as unknown as Way["call"];
  hands = handing({ call, send: (...args) => sending(...args), tell: (event) => void (event.event === "import" && told.push(event.progress)) });
});
afterEach(() => vi.useRealTimers());

const part = (id: string, more: Partial<ImportProgress>): HostEvent => ({ event: "import", progress: { import: id, visit: "v", resumed: false, done: 0, total: 1, bytes: 0, total_bytes: 100, finished: false, ...more } });
/** The program ends with every part that it has, as often as there is one. */
async function through(): Promise<void> {
  for (let n = 0; n < 200 && !last().finished; n++) {
    await flushPromises();
    for (const id of open.keys()) {
      open.delete(id);
      hands.hear(part(id, { finished: true }));
    }
  }
  await flushPromises();
}
const outcomes = (id: string) => hands.report(id).rows.map((row) => [row.name, row.reason ?? row.outcome]);

it("imports the first file while the others go up, and is one import to the end", async () => {
  const up: (() => void)[] = [];
  sending = (one, step) => new Promise((done) => up.push(() => (step(one.size), done(one.name))));
  const id = hands.begin(into, [file("card/a.jpg"), file("card/b.jpg"), file("card/c.jpg")]);
  await flushPromises();
  up.shift()!();
  await flushPromises();
  expect(began).toEqual([["card/a.jpg"]]);
  expect(hands.report(id).finished).toBe(false);
  while (up.length) {
    up.shift()!();
    await flushPromises();
  }
  await through();
  expect(began.length).toBeGreaterThan(1);
  expect(outcomes(id)).toEqual([["card/a.jpg", "taken"], ["card/b.jpg", "taken"], ["card/c.jpg", "taken"]]);
  expect(new Set(told.map((at) => at.import))).toEqual(new Set([id]));
  expect(last()).toMatchObject({ done: 3, total: 3, bytes: 300, total_bytes: 300, finished: true });
  const bytes = told.map((at) => at.bytes);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
});

it("moves by the bytes of a large file, while it goes up and while it is imported", async () => {
  let step: (bytes: number) => void = () => undefined;
  let done: (handle: string) => void = () => undefined;
  sending = (_, told) => ((step = told), new Promise((up) => (done = up)));
  hands.begin(into, [file("film.mp4", 1000)]);
  await flushPromises();
  step(400);
  expect(last().bytes).toBe(200);
  step(600);
  done("film.mp4");
  await flushPromises();
  hands.hear(part("part-1", { bytes: 500 }));
  expect(last().bytes).toBe(750);
  await through();
  expect(last()).toMatchObject({ bytes: 1000, finished: true });
});

it("lets only so much wait on the disk", async () => {
  hands.begin(into, Array.from({ length: 500 }, (_, n) => file(`${n}.jpg`, ROOM / 8)));
  await flushPromises();
  await flushPromises();
  const sent = vi.fn(sending);
  sending = sent;
  await flushPromises();
  expect(sent).not.toHaveBeenCalled();
  expect(began.flat().length).toBeLessThan(12);
  await through();
  expect(began.flat()).toHaveLength(500);
  expect(began.every((handles) => handles.length <= 32)).toBe(true);
});

it("stops what goes up and what is imported, and names every file", async () => {
  sending = (one, _, stop) => (one.name === "a.jpg" ? Promise.resolve("a.jpg") : new Promise((_up, cut) => stop.addEventListener("abort", () => cut(error("shell_closed")))));
  const id = hands.begin(into, [file("a.jpg"), file("b.jpg"), file("c.jpg")]);
  await flushPromises();
  await hands.cancel(id);
  await through();
  expect(cancelled).toContain("part-1");
  expect(outcomes(id)).toEqual([["a.jpg", "taken"], ["b.jpg", "cancelled"], ["c.jpg", "cancelled"]]);
  expect(hands.report(id).cancelled).toBe(true);
});

it("keeps what arrived when the card is pulled out, the disk is full or the visit is sealed", async () => {
  const gone = { ...file("gone.jpg"), file: null };
  const pulled = file("pulled.jpg");
  vi.spyOn(pulled.file!, "slice").mockReturnValue({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) } as never);
  sending = async (one) => {
    if (one === pulled) throw error("shell_closed");
    return one.name;
  };
  const card = hands.begin(into, [gone, pulled, file("a.jpg")]);
  await through();
  expect(outcomes(card)).toEqual([["gone.jpg", "vanished"], ["pulled.jpg", "vanished"], ["a.jpg", "taken"]]);

  let room = 1;
  sending = async (one) => {
    if (room-- <= 0) throw error("disk_full");
    return one.name;
  };
  const disk = hands.begin(into, [file("a.jpg"), file("b.jpg"), file("c.jpg")]);
  await through();
  expect(outcomes(disk)).toEqual([["a.jpg", "taken"], ["b.jpg", "disk_full"], ["c.jpg", "disk_full"]]);

  sending = async (one) => one.name;
  refusing = error("refused", { rule: "sealed" });
  const sealed = hands.begin(into, [file("a.jpg")]);
  await through();
  expect(outcomes(sealed)).toEqual([["a.jpg", "sealed"]]);
});

it("says in place of a report that the program has ended", async () => {
  sending = () => Promise.reject(error("shell_closed"));
  const id = hands.begin(into, [file("a.jpg"), file("b.jpg")]);
  await vi.waitFor(() => expect(last().finished).toBe(true));
  expect(() => hands.report(id)).toThrow(HostError);
  expect(await Promise.resolve().then(() => hands.report(id)).catch(asApiError)).toMatchObject({ code: "shell_closed" });
});

it("passes on what is no part of its own, also while the id of a part is on its way", async () => {
  hands.begin(into, [file("a.jpg")]);
  hands.hear(part("another", { done: 1 }));
  await through();
  await vi.waitFor(() => expect(told.map((at) => at.import)).toContain("another"));
  expect(told.map((at) => at.import)).not.toContain("part-1");
});
