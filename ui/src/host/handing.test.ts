import { expect, it } from "vitest";
import type { FieldCalls, HostEvent, ImportProgress, ImportRow } from "@/contract";
import { HostError } from ".";
import type { Chosen } from "./chosen";
import { handing, type Way } from "./handing";

const MB = 1024 * 1024;

/** A program that takes what it is handed, a part at a time, and what it was asked. */
function program(send: (one: Chosen, n: number) => Promise<void> = () => Promise.resolve()) {
  const parts: string[][] = [];
  const told: ImportProgress[] = [];
  const cancelled: string[] = [];
  let sent = 0;
  const finished = new Map<string, ImportRow[]>();
  const call = (name: keyof FieldCalls, args: never) => {
    const asked = args as { handles: string[]; import: string };
    if (name === "cancel_import") {
      cancelled.push(asked.import);
      return Promise.resolve({});
    }
    if (name === "import_report") return Promise.resolve({ finished: true, cancelled: false, rows: finished.get(asked.import) ?? [] });
    const id = `part-${parts.push(asked.handles)}`;
    finished.set(
      id,
      asked.handles.map((handle) => ({ name: handle, outcome: "taken", photo: handle, size_bytes: 1, reason: null, detail: null }) as ImportRow),
    );
    return Promise.resolve({ import: id });
  };
  const way: Way = {
    call: call as Way["call"],
    async send(one, step) {
      const n = sent++;
      step(one.size / 2);
      await send(one, n);
      step(one.size / 2);
      return `handle-of-${one.name}`;
    },
    tell: (event: HostEvent) => void (event.event === "import" && told.push(event.progress)),
  };
  return { way, parts, told, cancelled, sent: () => sent };
}

const files = (count: number, size = 4 * MB): Chosen[] => Array.from({ length: count }, (_, n) => ({ name: `${n}.jpg`, size, file: new File(["x"], `${n}.jpg`) }));
const into = { visit: "v", items: [], method: "dialog" };
const over = (told: ImportProgress[]) => expect.poll(() => told.at(-1)?.finished, { timeout: 5_000 }).toBe(true);

it("imports what has arrived while the rest goes up, as one import with one report in the order that was chosen", async () => {
  const { way, parts, told } = program(() => new Promise((done) => setTimeout(done, 2)));
  const taking = handing(way);
  const id = taking.begin(into, files(50));
  await expect.poll(() => parts.length).toBeGreaterThan(0);
  expect(told.at(-1)!.finished).toBe(false);
  await over(told);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.flat()).toHaveLength(50);
  expect(taking.report(id).rows.map((row) => row.name)).toEqual(files(50).map((one) => one.name));
  expect(taking.report(id)).toMatchObject({ finished: true, cancelled: false });
  expect(told.every((at) => at.import === id && at.total === 50 && at.total_bytes === 200 * MB)).toBe(true);
  expect(told.every((at, n) => at.bytes >= (told[n - 1]?.bytes ?? 0) && at.done >= (told[n - 1]?.done ?? 0))).toBe(true);
  expect(told.at(-1)).toMatchObject({ done: 50, bytes: 200 * MB });
});

it("stops where it is told to, and the report names what was not taken", async () => {
  const { way, told, sent } = program((_, n) => (n < 10 ? Promise.resolve() : new Promise((done) => setTimeout(done, 20))));
  const taking = handing(way);
  const id = taking.begin(into, files(40));
  await expect.poll(sent).toBeGreaterThan(10);
  await taking.cancel(id);
  await over(told);
  const { rows, cancelled } = taking.report(id);
  expect(cancelled).toBe(true);
  expect(rows).toHaveLength(40);
  expect(rows.filter((row) => row.outcome === "taken").length).toBeGreaterThan(9);
  expect(rows.at(-1)).toMatchObject({ outcome: "refused", reason: "cancelled" });
});

it("names a file that cannot be read any more, and goes on", async () => {
  const { way, told } = program();
  const taking = handing(way);
  const [one, two, three] = files(3) as [Chosen, Chosen, Chosen];
  const id = taking.begin(into, [one, { ...two, file: null }, three]);
  await over(told);
  expect(taking.report(id).rows.map((row) => row.reason ?? row.outcome)).toEqual(["taken", "vanished", "taken"]);
});

it("tries once more where the program does not answer, and then says so", async () => {
  const gone = () => Promise.reject(new HostError({ code: "shell_closed", params: {} }));
  const once = program((_, n) => (n === 0 ? gone() : Promise.resolve()));
  const taking = handing(once.way);
  const id = taking.begin(into, files(2));
  await over(once.told);
  expect(taking.report(id).rows.map((row) => row.outcome)).toEqual(["taken", "taken"]);

  const never = program(gone);
  const lost = handing(never.way);
  const nothing = lost.begin(into, files(2));
  await over(never.told);
  expect(() => lost.report(nothing)).toThrow(HostError);
});

it("waits with the next file on a full disk until what is imported makes room, and then names what has none", async () => {
  const full = () => Promise.reject(new HostError({ code: "disk_full", params: {} }));
  const { way, told } = program((one) => (one.name === "2.jpg" ? full() : Promise.resolve()));
  const taking = handing(way);
  const id = taking.begin(into, files(3));
  await over(told);
  expect(taking.report(id).rows.map((row) => row.reason ?? row.outcome)).toEqual(["taken", "taken", "disk_full"]);
});
