import { afterEach, expect, it } from "vitest";
import { nextTick } from "vue";
import { fakeHost } from "@/host/fake";
import { useSession } from "@/shared/session";
import { mounted, type Mounted } from "@/test/mounted";
import TopBar from "./TopBar.vue";

let m: Mounted;
afterEach(() => m.screen.unmount());

it("says that synchronising is paused in place of the network", async () => {
  const host = fakeHost();
  m = await mounted(TopBar, {}, "/visits", host);
  const session = useSession();
  session.heard(await host.call("app_state", {}));
  await nextTick();
  expect(m.get("sync-short").text()).toContain("离线");
  session.synced(await host.call("pause_sync", {}));
  await nextTick();
  expect(m.get("sync-short").text()).toContain("已暂停");
  expect(m.get("sync-short").text()).not.toContain("离线");
});
