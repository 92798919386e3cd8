/** The desktop window as a host. */
import { convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { FieldCalls, HostEvent } from "@/contract";
import { asApiError, HostError, type Ability, type FieldHost } from ".";

const ABILITIES: readonly Ability[] = ["pick_files", "pick_folder", "drop_files", "save_record"];

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
    can: (what) => ABILITIES.includes(what),
    pickFiles: (what) => ask<string[]>("pick", { what }),
    onEvent(listener) {
      const stop = listen<HostEvent>("host", (event) => listener(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    imageUrl: (kind, id) => convertFileSrc(`${kind}/${id}`, "xunzhan"),
    saveRecord: (handle, fileName) => ask<boolean>("save_record", { handle, fileName }),
    usable: () => void invoke("usable"),
  };
}
