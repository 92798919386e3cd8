import type { HostEvent } from "@/contract";

/**
 * Whether what a screen shows may be another now: records were written here or arrived, of that visit or of any, or a synchronisation or
 * a second copy ended, and with it where data is.
 */
export function mayChange(event: HostEvent, visit?: string): boolean {
  switch (event.event) {
    case "changed":
      return visit === undefined || event.ids.includes(visit);
    case "sync":
      return event.status.phase === "idle";
    case "copy":
      return event.job.finished;
    default:
      return false;
  }
}
