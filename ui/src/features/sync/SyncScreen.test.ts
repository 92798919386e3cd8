import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { nextTick } from "vue";
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

describe("the second copy", () => {
  it("is no longer said to lack what meanwhile arrived", async () => {
    m = await mounted(SyncScreen, {}, "/sync");
    expect(m.get("copy-lacks").attributes("data-visits")).toBe("6");
    const session = useSession();
    session.synced({ ...session.sync!, uncopied: { visits: 0, blobs: 0, since_ms: null, remind: false } });
    await nextTick();
    expect(m.has("copy-lacks")).toBe(false);
    expect(m.has("copy-covered")).toBe(true);
  });
});

describe("a place for the second copy", () => {
  function browser(): ReturnType<typeof fakeHost> {
    const host = fakeHost();
    host.can = () => true;
    return host;
  }
  async function click(testid: string): Promise<void> {
    await m.get(testid).trigger("click");
    await flushPromises();
  }
  it("is chosen among the media that the core names", async () => {
    const host = browser();
    const inner = host.call;
    const made: unknown[] = [];
    host.call = (async (name: never, args: never) => {
      if (name === "make_copy") made.push(args);
      return inner(name, args);
    }) as typeof host.call;
    m = await mounted(SyncScreen, {}, "/sync", host);
    await click("copy-make");
    expect(m.get("place-0").text()).toContain("KINGSTON");
    await click("place-1");
    expect(made).toEqual([{ handle: "place-2" }]);
    expect(m.has("place-dialog")).toBe(false);
  });
  it("is looked for again when there was none", async () => {
    const host = browser();
    const inner = host.call;
    let plugged = false;
    host.call = (async (name: never, args: never) => (name === "copy_places" && !plugged ? { places: [] } : inner(name, args))) as typeof host.call;
    m = await mounted(SyncScreen, {}, "/sync", host);
    await click("copy-find");
    expect(m.get("place-none").text()).toContain("插上 U 盘");
    plugged = true;
    await click("place-again");
    await click("place-0");
    expect(m.has("take-in-dialog")).toBe(true);
  });
});

describe("a clock that is wrong", () => {
  async function shown(clock_behind_ms: number | null): Promise<string | null> {
    const host = fakeHost();
    const inner = host.call;
    host.call = (async (name: never, args: never) => {
      const answer = await inner(name, args);
      if (name === "app_state") Object.assign((answer as { sync: object }).sync, { clock_behind_ms });
      return answer;
    }) as typeof host.call;
    m = await mounted(SyncScreen, {}, "/sync", host);
    const note = m.screen.find("[data-testid=sync-clock]");
    return note.exists() ? note.text() : null;
  }
  it("is said with what is safe and what to do", async () => {
    const text = await shown(20_000 * 86_400_000);
    for (const part of ["慢约 20000 天", "照常保存", "校准"]) expect(text).toContain(part);
  });
  it("is said when it is ahead", async () => expect(await shown(-7 * 60_000)).toContain("快约 7 分钟"));
  it("is not said within five minutes, nor when nothing is known", async () => {
    expect(await shown(4 * 60_000)).toBeNull();
    m.screen.unmount();
    expect(await shown(null)).toBeNull();
  });
});

describe("a pause", () => {
  it("is said with its beginning and what goes on, and ends with the next synchronisation", async () => {
    m = await mounted(SyncScreen, {}, "/sync");
    expect(m.has("sync-paused")).toBe(false);
    await m.get("sync-pause").trigger("click");
    await flushPromises();
    expect(Number(m.get("sync-paused").attributes("data-since-ms"))).toBeGreaterThan(0);
    for (const part of ["起暂停", "都在本机", "立即同步"]) expect(m.get("sync-paused").text()).toContain(part);
    expect(m.has("sync-pause")).toBe(false);
    await m.get("sync-now").trigger("click");
    await flushPromises();
    expect(m.has("sync-paused")).toBe(false);
    expect(m.has("sync-pause")).toBe(true);
  });
});
