/** Where the application stands, as last heard from the host. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import type { AppState, SyncStatus } from "@/contract";

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
