/** Stations that wait for the county's decision: read once, told anew by each decision, and read again when they changed meanwhile. */
import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { ApiError } from "@/contract";
import { asApiError } from "@/host";

export interface Decided<Row> {
  rows: ShallowRef<readonly Row[]>;
  error: Ref<ApiError | null>;
  busy: Ref<boolean>;
  /** Makes a decision that answers with what still waits; whether it was made. */
  decide(make: () => Promise<Row[]>): Promise<boolean>;
}

export function useDecided<Row>(read: () => Promise<Row[]>, heard: (rows: readonly Row[]) => void = () => undefined): Decided<Row> {
  const rows = shallowRef<readonly Row[]>([]);
  const error = ref<ApiError | null>(null);
  const busy = ref(false);

  function show(now: readonly Row[]): void {
    rows.value = now;
    heard(now);
  }
  async function load(): Promise<void> {
    try {
      show(await read());
    } catch (cause) {
      error.value = asApiError(cause);
    }
  }
  async function decide(make: () => Promise<Row[]>): Promise<boolean> {
    busy.value = true;
    error.value = null;
    try {
      show(await make());
      return true;
    } catch (cause) {
      error.value = asApiError(cause);
      if (error.value.code === "changed_meanwhile") await load();
      return false;
    } finally {
      busy.value = false;
    }
  }
  onMounted(load);
  return { rows, error, busy, decide };
}
