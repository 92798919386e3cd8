/** The desktop window as a host. */
import { convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { FieldCalls, HostEvent } from "@/contract";
import { asApiError, HostError, type Ability, type FieldHost } from ".";
import { held } from "./web";

const ABILITIES: readonly Ability[] = ["pick_files", "pick_folder", "drop_files", "paste_paths", "save_record"];

/** Bytes of a film that is held in memory to be played. */
const MOST_IN_MEMORY = 256 * 1024 * 1024;

async function ask<T>(command: string, args: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw new HostError(asApiError(thrown));
  }
}

/** Whether the page is shown by the desktop window. */
export const isWindow = isTauri;

export function tauriHost(): FieldHost {
  return {
    call: <K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]) => ask<FieldCalls[K]["answer"]>("call", { name, args }),
    can: (what) => ABILITIES.includes(what) && (what !== "paste_paths" || navigator.userAgent.includes("Linux")),
    pickFiles: (what) => ask<string[]>("pick", { what }),
    // A window takes paths of files, from its dialog or a drop; it has no way for their bytes.
    handIn: () => Promise.resolve([]),
    onEvent(listener) {
      const stop = listen<HostEvent>("host", (event) => listener(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    imageUrl: (kind, id) => convertFileSrc(`${kind}/${id}`, "xunzhan"),
    async film(id, sizeBytes) {
      const url = convertFileSrc(`original/${id}`, "xunzhan");
      // The player of WebKitGTK knows no address of ours: it is given a copy in memory, as long as that is no burden.
      if (!navigator.userAgent.includes("Linux")) return { url, free: () => undefined };
      if (sizeBytes > MOST_IN_MEMORY) return null;
      const copy = await held(url);
      return { url: copy, free: () => URL.revokeObjectURL(copy) };
    },
    saveRecord: (handle, fileName) => ask<boolean>("save_record", { handle, fileName }),
    usable: () => void invoke("usable"),
  };
}
