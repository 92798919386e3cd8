import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { mounted, type Mounted } from "@/test/mounted";
import PhoneDialog from "./PhoneDialog.vue";

let m: Mounted;
beforeEach(async () => {
  vi.useFakeTimers();
  m = await mounted(PhoneDialog, { visit: "one" });
});
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
  vi.useRealTimers();
});
const there = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const click = async (testid: string) => {
  there(testid)!.click();
  await flushPromises();
};
const opened = () => m.host.made.filter((one) => one.name === "open_phone").length;

it("shows a code until it is used, says that somebody else tried, and shows a new one on request", async () => {
  expect(there("phone-new-code")).toBeNull();
  await click("phone-start");
  expect(there("phone-qr")).not.toBeNull();
  expect(there("phone-sum")!.textContent).toContain("只能用一次");
  expect(there("phone-others")).toBeNull();
  expect(there("phone-new-code")).toBeNull();
  await vi.advanceTimersByTimeAsync(1_100);
  expect(there("phone-qr")).toBeNull();
  expect(there("phone-others")!.textContent).toContain("1 次");
  await click("phone-new-code");
  expect(opened()).toBe(2);
  expect(there("phone-qr")).not.toBeNull();
  expect(there("phone-others")).toBeNull();
});
