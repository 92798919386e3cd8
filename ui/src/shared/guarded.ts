/** Work that may fail, one at a time on the screen: whether it goes on, and what went wrong with the last. */
import { ref } from "vue";
import type { ApiError } from "@/contract";
import { asApiError } from "@/host";

export function useGuarded() {
  const busy = ref(false);
  const failure = ref<ApiError | null>(null);

  async function guarded(work: () => Promise<void>): Promise<void> {
    busy.value = true;
    failure.value = null;
    try {
      await work();
    } catch (thrown) {
      failure.value = asApiError(thrown);
    } finally {
      busy.value = false;
    }
  }
  return { busy, failure, guarded };
}
