import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import { useSession } from "@/shared/session";
import { mounted, type Mounted } from "@/test/mounted";
import SyncScreen from "./SyncScreen.vue";

let m: Mounted;
afterEach(() => m.screen.unmount());

describe("what has arrived", () => {
  it("shows no bar where there is nothing to send", async () => {
    const host = fakeHost();
    const inner = host.call;
    // Nothing has been photographed yet.
    host.call = (async (name: never, args: never) => {
      const answer = await inner(name, args);
      if (name === "app_state") Object.assign((answer as { sync: object }).sync, { originals: 0, originals_stored: 0 });
      return answer;
    }) as typeof host.call;
    m = await mounted(SyncScreen, {}, "/sync", host);
    expect(useSession().sync?.originals).toBe(0);
    expect(m.get("sync-originals").text()).toContain("无需上传");
    expect(m.get("sync-originals").find(".el-progress").exists()).toBe(false);
    expect(m.get("sync-thumbnails").find(".el-progress").exists()).toBe(true);
  });
});
