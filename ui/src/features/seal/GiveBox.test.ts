import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import GiveBox from "./GiveBox.vue";

let m: Mounted;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
  vi.useRealTimers();
});
const click = async (testid: string) => {
  document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!.click();
  await flushPromises();
};
const calls = (name: string) => m.host.made.filter((one) => one.name === name).map((one) => one.args as Record<string, unknown>);
async function open() {
  const host = fakeHost();
  m = await mounted(GiveBox, { view: host.view() }, "/visit/one/seal", host);
}

describe("giving the record away", () => {
  it("records a stick only after the file was saved", async () => {
    await open();
    m.host.saveRecord = async () => false;
    await click("give-stick");
    expect(calls("give_record")).toEqual([]);
    m.host.saveRecord = async () => true;
    await click("give-stick");
    expect(calls("give_record")).toMatchObject([{ how: "stick", to: m.host.view().station.manager }]);
    await m.screen.setProps({ view: m.host.view() });
    expect(m.get("given").text()).toContain(m.host.view().station.manager);
  });

  it("offers a phone the record, says when it was fetched, and takes the page away with the dialog", async () => {
    await open();
    await click("give-phone");
    expect(m.has("share-qr")).toBe(false);
    await click("share-start");
    const sharing = () => document.querySelector<HTMLElement>('[data-testid="sharing"]')!.dataset;
    expect(sharing()["url"]).toMatch(/^http:\/\/192\.168\.43\.17:\d+\/r\/[0-9a-f]{64}$/);
    expect(sharing()["fetched"]).toBe("0");
    expect(document.querySelector('[data-testid="share-qr"] path')!.getAttribute("d")!.length).toBeGreaterThan(100);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(sharing()["fetched"]).toBe("1");
    expect(calls("stop_sharing")).toEqual([]);
    await click("share-close");
    expect(calls("stop_sharing")).toHaveLength(1);
    expect(m.has("share-dialog")).toBe(false);
  });

  it("says what to do when the laptop is in no network", async () => {
    const host = fakeHost();
    const answer = host.call;
    host.call = (async (name: never, args: never) => (name === "list_addresses" ? [] : answer(name, args))) as typeof host.call;
    m = await mounted(GiveBox, { view: host.view() }, "/visit/one/seal", host);
    await click("give-phone");
    expect(m.has("share-no-address")).toBe(true);
    expect(document.querySelector<HTMLButtonElement>('[data-testid="share-start"]')!.disabled).toBe(true);
  });
});
