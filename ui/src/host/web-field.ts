/** The inspector's machine in a browser as a host: calls, files and pictures below a path that only this browser was told. */
import type { FieldCalls, HostEvent } from "@/contract";
import { asApiError, HostError, type Ability, type FieldHost, type Pick } from ".";
import { chooser, droppedFiles } from "./chosen";
import { listen, post, send } from "./web";

const ABILITIES: readonly Ability[] = ["pick_files", "pick_folder", "pick_place", "drop_files", "paste_files", "save_record"];
const KEPT = "xunzhan.base";
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

  async function handIn(files: File[]): Promise<string[]> {
    const handles: string[] = [];
    for (const file of files) {
      const name = encodeURIComponent(file.webkitRelativePath || file.name);
      handles.push((await here(send<{ handle: string }>(`${base}/files?name=${name}`, file))).handle);
    }
    return handles;
  }

  const choose = chooser();
  droppedFiles((files) => {
    const dropped = handIn(files).then((handles) => tell({ event: "dropped", handles }));
    dropped.catch((thrown: unknown) => console.error(asApiError(thrown).code));
  });
  if (base !== NOWHERE) listen(`${base}/events`, (message) => tell(message as HostEvent));

  return {
    call: <K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]) =>
      here(post<FieldCalls[K]["answer"]>(`${base}/call/${name}`, args)),
    can: (what) => ABILITIES.includes(what),
    pickFiles: async (what: Pick) => handIn(await choose(what)),
    handIn,
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    imageUrl: (kind, id) => `${base}/pictures/${kind}/${id}`,
    film: async (id) => ({ url: `${base}/pictures/original/${id}`, free: () => undefined }),
    async saveRecord(handle, fileName) {
      const link = document.createElement("a");
      link.href = `${base}/records/${encodeURIComponent(handle)}`;
      link.download = fileName;
      link.click();
      return true;
    },
    usable: () => undefined,
  };
}
