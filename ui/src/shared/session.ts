/** Where the application stands, as last heard from the host. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import type { AppState, SyncStatus, VisitRow } from "@/contract";

/** Whether a record waits for somebody who can sign on this laptop. */
export const awaitsHere = (row: VisitRow, state: AppState | null): boolean => row.awaits.some((person) => state?.people.some((here) => here.person === person));

export const useSession = defineStore("session", () => {
  const state = ref<AppState | null>(null);
  const sync = ref<SyncStatus | null>(null);
  const phase = computed(() => state.value?.phase ?? null);
  const me = computed(() => state.value?.people.find((person) => person.person === state.value?.session) ?? null);

  function heard(next: AppState): void {
    state.value = next;
    sync.value = next.sync;
  }
  function synced(next: SyncStatus): void {
    sync.value = next;
  }
  return { state, sync, phase, me, heard, synced };
});
