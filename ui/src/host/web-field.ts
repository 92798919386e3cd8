/** The inspector's machine in a browser as a host: calls, files and pictures below a path that only this browser was told. */
import type { FieldCalls, HostEvent, ImportArgs, ImportPhotos } from "@/contract";
import { asApiError, HostError, type Ability, type FieldHost, type Pick } from ".";
import { asChosen, chooser, droppedFiles, type Chosen } from "./chosen";
import { handing } from "./handing";
import { listen, post, read, sendWatched } from "./web";

const ABILITIES: readonly Ability[] = ["pick_files", "pick_folder", "pick_place", "drop_files", "paste_files", "save_record"];
const KEPT = "xunzhan.base";
/** How long a browser may take to begin to save what it was given. */
const SAVING_MS = 60_000;
/** Leads nowhere: every call is answered with the sentence of a closed shell. */
const NOWHERE = "/s/none";

/** Trades the address's token for the path, once; later the browser's cookie and what was kept do. */
async function enter(): Promise<string> {
  const token = /^#token=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (token) {
    // Neither the address bar nor the history keeps it.
    history.replaceState(null, "", location.pathname);
    try {
      const { base } = await post<{ base: string }>("/session", { token });
      localStorage.setItem(KEPT, base);
    } catch (thrown) {
      // The browser that used this address already is still let in by what it kept.
      console.error(asApiError(thrown).code);
    }
  }
  return localStorage.getItem(KEPT) ?? NOWHERE;
}

/** A program that does not answer has ended; nothing about a network would help. */
async function here<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (thrown) {
    const error = asApiError(thrown);
    throw new HostError(error.code === "server_unreachable" ? { code: "shell_closed", params: {} } : error);
  }
}

export async function webFieldHost(): Promise<FieldHost> {
  const base = await enter();
  const listeners = new Set<(event: HostEvent) => void>();
  const tell = (event: HostEvent) => listeners.forEach((listener) => listener(event));

  const ask = <K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]) => here(post<FieldCalls[K]["answer"]>(`${base}/call/${name}`, args));

  /** Hands one file in and answers the program's handle of it. */
  async function send(one: Chosen, step: (bytes: number) => void, stop: AbortSignal): Promise<string> {
    if (!one.file) throw new HostError({ code: "file_unreadable", params: { name: one.name } });
    return (await here(sendWatched<{ handle: string }>(`${base}/files?name=${encodeURIComponent(one.name)}`, one.file, step, stop))).handle;
  }

  /** Files that are still in the browser, by the handles that the screens have. */
  const chosen = new Map<string, Chosen>();
  let number = 0;
  function named(files: Chosen[]): string[] {
    return files.map((one) => {
      const handle = `chosen-${++number}`;
      chosen.set(handle, one);
      return handle;
    });
  }

  const taking = handing({ call: ask, send, tell });

  /** The program's handles of files that were handed in for another call than an import, by those that the screens have. */
  const there = new Map<string, string>();
  /** What a call is asked with, wherever it names files, once these are handed in. */
  async function handedIn(part: unknown): Promise<unknown> {
    if (typeof part === "string") {
      const file = chosen.get(part);
      if (file && !there.has(part)) there.set(part, await send(file, () => undefined, new AbortController().signal));
      return there.get(part) ?? part;
    }
    if (typeof part !== "object" || part === null || !chosen.size) return part;
    if (Array.isArray(part)) {
      const all: unknown[] = [];
      for (const one of part) all.push(await handedIn(one));
      return all;
    }
    const all: [string, unknown][] = [];
    for (const [key, one] of Object.entries(part)) all.push([key, await handedIn(one)]);
    return Object.fromEntries(all);
  }

  /** Of an import of files that are still here: its answer. */
  function taken<K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]): unknown {
    const { handles = [], import: id = "", ...into } = args as Partial<ImportPhotos & ImportArgs>;
    if (name === "import_report" && taking.knows(id)) return taking.report(id);
    if (name === "cancel_import" && taking.knows(id)) return taking.cancel(id).then(() => ({}));
    if (name !== "import_photos" && name !== "import_to_inbox") return undefined;
    const files = handles.map((handle) => chosen.get(handle)).filter((one) => one !== undefined);
    if (!files.length || files.length < handles.length) return undefined;
    handles.forEach((handle) => chosen.delete(handle));
    return { import: taking.begin({ visit: into.visit ?? null, items: into.items ?? [], method: into.method ?? "dialog" }, files) };
  }

  const choose = chooser();
  droppedFiles((files) => tell({ event: "dropped", handles: named(files) }));
  if (base !== NOWHERE) listen(`${base}/events`, (message) => taking.hear(message as HostEvent));

  return {
    call: async <K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]) =>
      ((await taken(name, args)) ?? (await ask(name, (await handedIn(args)) as typeof args))) as FieldCalls[K]["answer"],
    can: (what) => ABILITIES.includes(what),
    pickFiles: async (what: Pick) => named(await choose(what)),
    handIn: async (files) => named(files.map(asChosen)),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    imageUrl: (kind, id) => `${base}/pictures/${kind}/${id}`,
    film: async (id) => ({ url: `${base}/pictures/original/${id}`, free: () => undefined }),
    async saveRecord(handle, fileName) {
      // Once all of it is here the program has noted that it left, and what hinders it can be said.
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await here(read(`${base}/records/${encodeURIComponent(handle)}`)));
      link.download = fileName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), SAVING_MS);
      return true;
    },
    usable: () => undefined,
  };
}
