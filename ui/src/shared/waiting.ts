/** How many photos wait to be sorted out, as last heard; what is put aside does not wait. */
import { defineStore } from "pinia";
import { ref } from "vue";
import type { Inbox } from "@/contract";
import { asApiError, type FieldHost } from "@/host";

export const useWaiting = defineStore("waiting", () => {
  const count = ref(0);

  function heard(inbox: Inbox): void {
    count.value = inbox.photos.filter((one) => !one.aside).length;
  }
  /** Asks anew. A number beside a word is nothing to stop anybody's work for when it cannot be had. */
  async function ask(host: FieldHost): Promise<void> {
    try {
      heard(await host.call("list_inbox", {}));
    } catch (thrown) {
      count.value = 0;
      console.error(asApiError(thrown).code);
    }
  }
  function forget(): void {
    count.value = 0;
  }
  return { count, heard, ask, forget };
});
