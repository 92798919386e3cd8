/**
 * Taking files in from a browser: they are handed to the program one after another, and what has arrived is imported while the next go up. To screens it
 * is one import, with one progress, one report and one way to stop it.
 */
import type { ApiError, HostEvent, ImportPhotos, ImportProgress, ImportReport, ImportRow, VisitId } from "@/contract";
import { asApiError, HostError, type FieldHost } from ".";
import type { Chosen } from "./chosen";

/** What has arrived and is not imported yet lies on the disk beside what is kept of it: so much of it at most, and one file of any size. */
const MOST_WAITING_FILES = 32;
const MOST_WAITING_BYTES = 128 * 1024 * 1024;
/** Files on their way at a time: while one becomes durable the next one moves. */
const LANES = 2;
/** Should the word that a part is over be lost, it is asked for. */
const LOOK_AGAIN_MS = 2000;

/** How a run reaches the program. */
export interface Way {
  call: FieldHost["call"];
  /** Hands one file in and answers its handle; `step` is told of each further byte. */
  send(one: Chosen, step: (bytes: number) => void, stop: AbortSignal): Promise<string>;
  tell(event: HostEvent): void;
}

/** Where the files go. */
export interface Into {
  visit: VisitId | null;
  items: ImportPhotos["items"];
  method: string;
}

interface Arrived {
  at: number;
  handle: string;
}

/** One import, as the screens know it. */
class Run {
  private readonly rows: (ImportRow | undefined)[];
  private readonly stop = new AbortController();
  private readonly total: number;
  private arrived: Arrived[] = [];
  /** The part that is being imported: its files, and how far it is. */
  private part: { files: Arrived[]; id: string | null; done: number; bytes: number } | null = null;
  private allSent = false;
  private diskFull = false;
  private failure: ApiError | null = null;
  private finished = false;
  /** Bytes that are up, and bytes of files that are through with their import. */
  private sent = 0;
  private taken = 0;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly id: string,
    private readonly into: Into,
    private readonly chosen: readonly Chosen[],
    private readonly way: Way,
    /** Told the id of each part while its beginning is waited for. */
    private readonly beginning: (asked: Promise<string>) => void,
  ) {
    this.rows = chosen.map(() => undefined);
    this.total = chosen.reduce((sum, one) => sum + one.size, 0);
  }

  async run(): Promise<void> {
    const leave = (event: Event) => event.preventDefault();
    // A page that is left takes the files with it that have not gone up.
    window.addEventListener("beforeunload", leave);
    this.tell();
    await Promise.all([this.handOver(), this.takeIn()]);
    window.removeEventListener("beforeunload", leave);
    this.finished = true;
    this.tell();
  }

  report(): ImportReport {
    if (this.failure) throw new HostError(this.failure);
    return { finished: this.finished, cancelled: this.stop.signal.aborted, rows: this.rows.filter((row) => row !== undefined) };
  }

  async cancel(): Promise<void> {
    this.stop.abort();
    this.wake();
    if (this.part?.id) await this.way.call("cancel_import", { import: this.part.id });
  }

  get over(): boolean {
    return this.finished;
  }

  /** How far the part is that is being imported. */
  heard({ import: id, done, bytes, finished }: ImportProgress): void {
    if (this.part?.id !== id) return;
    Object.assign(this.part, { done, bytes });
    if (finished) this.wake();
    else this.tell();
  }

  private async handOver(): Promise<void> {
    const next = this.chosen.entries();
    const lane = async () => {
      for (const [at, one] of next) await this.handOne(at, one);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.allSent = true;
    this.wake();
  }

  private async handOne(at: number, one: Chosen): Promise<void> {
    await this.until(() => this.halted || this.hasRoom(one.size));
    let moved = 0;
    const step = (bytes: number) => {
      moved += bytes;
      this.sent += bytes;
      this.tell();
    };
    for (let again = false; ; again = true) {
      if (this.stop.signal.aborted) return this.refuse(at, "cancelled");
      if (this.diskFull) return this.refuse(at, "disk_full");
      if (this.failure) return;
      if (!one.file) return this.refuse(at, "vanished");
      try {
        const handle = await this.way.send(one, step, this.stop.signal);
        this.sent += one.size - moved;
        this.arrived.push({ at, handle });
        return this.wake();
      } catch (thrown) {
        this.sent -= moved;
        moved = 0;
        if (this.stop.signal.aborted) continue;
        const error = asApiError(thrown);
        if (error.code === "disk_full") {
          // What is imported makes room again: its copy on the way is removed.
          if (again || !this.part) this.diskFull = true;
          else await this.until(() => this.halted || (!this.part && !this.arrived.length));
        } else if (error.code !== "shell_closed") {
          return this.refuse(at, "store_error");
        } else if (!(await readable(one.file))) {
          return this.refuse(at, "vanished");
        } else if (again) {
          this.fail(error);
        }
      }
    }
  }

  /** Imports what has arrived, as often as something has. */
  private async takeIn(): Promise<void> {
    for (;;) {
      await this.until(() => this.allSent || this.arrived.length > 0);
      if (!this.arrived.length) return;
      const files = this.arrived.splice(0);
      this.part = { files, id: null, done: 0, bytes: 0 };
      try {
        const { rows } = await this.importPart(files);
        files.forEach(({ at }, n) => {
          const row = rows[n];
          this.rows[at] = row ? { ...row, name: this.chosen[at]!.name } : this.refused(at, "store_error");
        });
        this.taken += this.bytesOf(files);
      } catch (thrown) {
        const error = asApiError(thrown);
        const reason = error.code === "disk_full" ? error.code : error.params["rule"];
        if (reason) files.forEach(({ at }) => this.settle(at, reason));
        else this.fail(error);
      }
      this.part = null;
      this.wake();
      this.tell();
    }
  }

  private async importPart(files: Arrived[]): Promise<ImportReport> {
    const { visit, items, method } = this.into;
    const handles = files.map(({ handle }) => handle);
    const { call } = this.way;
    const asked = visit === null ? call("import_to_inbox", { handles, method }) : call("import_photos", { visit, handles, items, method });
    const named = asked.then((started) => started.import);
    this.beginning(named);
    const id = await named;
    this.part!.id = id;
    if (this.stop.signal.aborted) await call("cancel_import", { import: id });
    for (;;) {
      const report = await call("import_report", { import: id });
      if (report.finished) return report;
      await this.turn(LOOK_AGAIN_MS);
    }
  }

  private get halted(): boolean {
    return this.stop.signal.aborted || this.diskFull || this.failure !== null;
  }

  private hasRoom(size: number): boolean {
    const waiting = [...this.arrived, ...(this.part?.files ?? [])];
    return !waiting.length || (waiting.length < MOST_WAITING_FILES && this.bytesOf(waiting) + size <= MOST_WAITING_BYTES);
  }

  private bytesOf(files: Arrived[]): number {
    return files.reduce((sum, { at }) => sum + this.chosen[at]!.size, 0);
  }

  private refused(at: number, reason: string): ImportRow {
    const { name, size } = this.chosen[at]!;
    return { name, outcome: "refused", photo: null, size_bytes: size, reason, detail: null };
  }

  /** One that went up and was not imported. */
  private settle(at: number, reason: string): void {
    this.rows[at] = this.refused(at, reason);
    this.taken += this.chosen[at]!.size;
  }

  /** One that did not go up. */
  private refuse(at: number, reason: string): void {
    this.sent += this.chosen[at]!.size;
    this.settle(at, reason);
    this.tell();
  }

  private fail(error: ApiError): void {
    this.failure ??= error;
    this.wake();
  }

  private async until(come: () => boolean): Promise<void> {
    while (!come()) await this.turn();
  }

  /** Waits until something has changed, or so long. */
  private turn(ms?: number): Promise<void> {
    return new Promise((done) => {
      this.waiters.push(done);
      if (ms !== undefined) setTimeout(done, ms);
    });
  }

  private wake(): void {
    this.waiters.splice(0).forEach((done) => done());
  }

  private tell(): void {
    const done = this.rows.filter((row) => row !== undefined).length + (this.part?.done ?? 0);
    // A byte is done by half when it is up and wholly when it is imported, so that neither half stands still in the eye of who waits.
    const bytes = Math.floor((this.sent + this.taken + (this.part?.bytes ?? 0)) / 2);
    const progress = { import: this.id, visit: this.into.visit, resumed: false, done, total: this.chosen.length, bytes, total_bytes: this.total, finished: this.finished };
    this.way.tell({ event: "import", progress });
  }
}

/** Whether the browser can still read a file: a card may have been pulled out. */
async function readable(file: File): Promise<boolean> {
  try {
    await file.slice(-1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export interface Handing {
  /** Begins an import of files that are still in the browser; answers its id. */
  begin(into: Into, chosen: readonly Chosen[]): string;
  knows(id: string): boolean;
  report(id: string): ImportReport;
  cancel(id: string): Promise<void>;
  /** Passes on what the program tells, but for what is a part of an import here. */
  hear(event: HostEvent): void;
}

export function handing(way: Way): Handing {
  const runs = new Map<string, Run>();
  const parts = new Map<string, Run>();
  /** Events that came while the id of a part was still on its way. */
  let unsure: HostEvent[] = [];
  let asking = 0;
  let number = 0;

  function hear(event: HostEvent): void {
    const part = event.event === "import" ? parts.get(event.progress.import) : undefined;
    if (event.event !== "import" || event.progress.resumed) way.tell(event);
    else if (part) part.heard(event.progress);
    else if (asking) unsure.push(event);
    else way.tell(event);
  }

  function known(id: string): Run {
    const run = runs.get(id);
    if (!run) throw new HostError({ code: "not_found", params: {} });
    return run;
  }

  return {
    begin(into, chosen) {
      for (const [id, run] of runs) if (run.over) runs.delete(id);
      const id = `handing-${++number}`;
      const run: Run = new Run(id, into, chosen, way, (asked) => {
        asking += 1;
        const sure = (part?: string) => {
          if (part) parts.set(part, run);
          asking -= 1;
          // The run itself learns the id first.
          if (!asking) setTimeout(() => unsure.splice(0).forEach(hear));
        };
        asked.then(sure, () => sure());
      });
      runs.set(id, run);
      void run.run();
      return id;
    },
    knows: (id) => runs.has(id),
    report: (id) => known(id).report(),
    cancel: (id) => known(id).cancel(),
    hear,
  };
}
