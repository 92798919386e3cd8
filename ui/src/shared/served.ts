/** A page that this laptop serves to a phone while a dialog is open: at which address, how it stands, and its end. */
import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";
import type { LocalAddress } from "@/contract";
import { asApiError, type FieldHost } from "@/host";
import { useGuarded } from "./guarded";

/** How often the host is asked how the page stands. */
const EVERY_MS = 1_000;

export interface Serving<Page> {
  open(address: string): Promise<Page>;
  /** How it stands; none when there is no page. */
  status(): Promise<Page | null>;
  close(): Promise<unknown>;
}

export function useServedPage<Page>(host: FieldHost, serving: Serving<Page>) {
  const { busy, failure, guarded } = useGuarded();
  const addresses = ref<LocalAddress[] | null>(null);
  const address = ref("");
  const page = ref(null) as Ref<Page | null>;
  let timer: ReturnType<typeof setInterval> | undefined;

  const look = () =>
    guarded(async () => {
      addresses.value = await host.call("list_addresses", {});
      address.value = addresses.value.some((one) => one.address === address.value) ? address.value : (addresses.value[0]?.address ?? "");
    });
  const start = () =>
    guarded(async () => {
      page.value = await serving.open(address.value);
      timer ??= setInterval(() => void ask(), EVERY_MS);
    });
  async function ask(): Promise<void> {
    try {
      page.value = (await serving.status()) ?? page.value;
    } catch (thrown) {
      failure.value = asApiError(thrown);
    }
  }

  onMounted(look);
  // Whatever takes the dialog away takes the page away.
  onBeforeUnmount(() => {
    clearInterval(timer);
    if (page.value) void serving.close().catch(() => undefined);
  });
  return { addresses, address, page, busy, failure, look, start };
}
