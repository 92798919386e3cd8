/** The desktop window as a host. */
import { convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { FieldCalls, HostEvent } from "@/contract";
import { asApiError, HostError, type Ability, type FieldHost } from ".";

const ABILITIES: readonly Ability[] = ["pick_files", "pick_folder", "drop_files", "paste_paths", "save_record"];

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
    async film(id) {
      // The player of WebKitGTK knows no address of ours: it is given one of this machine, for as long as somebody looks.
      if (!navigator.userAgent.includes("Linux")) return { url: convertFileSrc(`original/${id}`, "xunzhan"), free: () => undefined };
      const url = await ask<string>("play_film", { photo: id });
      return { url, free: () => void ask("end_film", { url }) };
    },
    saveRecord: (handle, fileName) => ask<boolean>("save_record", { handle, fileName }),
    usable: () => void invoke("usable"),
  };
}
