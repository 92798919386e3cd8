import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import MistakeMenu from "./MistakeMenu.vue";
import VisitScreen from "./VisitScreen.vue";

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
  localStorage.clear();
});

async function open() {
  const host = fakeHost();
  const visit = host.view().visit.id;
  m = await mounted(VisitScreen, { visit }, `/visit/${visit}`, host);
  return host;
}
const said = (host: ReturnType<typeof fakeHost>, name: string) => host.made.filter((one) => one.name === name).map((one) => one.args as Record<string, unknown>);
async function type(testid: string, text: string) {
  const input = document.querySelector<HTMLInputElement>(`input[data-testid="${testid}"], [data-testid="${testid}"] input`)!;
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await flushPromises();
}
async function submit() {
  document.querySelector("#paper-form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
}

describe("typing in from a paper form", () => {
  it("asks for the time on the paper once and marks every answer with it until it is ended", async () => {
    const host = await open();
    m.screen.getComponent(MistakeMenu).vm.$emit("extra", "paper");
    await flushPromises();
    expect(m.has("paper-dialog")).toBe(true);
    await type("paper-day", "2099-01-01");
    await submit();
    expect(m.has("paper-lacking")).toBe(true);
    await type("paper-day", "2025-11-20");
    await type("paper-clock", "09:12");
    await submit();
    const observed = new Date("2025-11-20T09:12:00").getTime();
    expect(m.get("paper-mode").attributes("data-observed-ms")).toBe(String(observed));

    await m.press("1");
    expect(said(host, "answer_item")).toEqual([]);
    expect(said(host, "answer_from_paper").map((one) => one["observed_at_ms"])).toEqual([observed]);
    expect(m.get("paper-mark").attributes("data-observed-ms")).toBe(String(observed));

    await m.get("paper-end").trigger("click");
    await flushPromises();
    expect(m.has("paper-mode")).toBe(false);
    await m.press("Enter");
    await m.press("1");
    expect(said(host, "answer_item")).toHaveLength(1);
    expect(said(host, "answer_from_paper")).toHaveLength(1);
  });

  it("goes on after the screen was left", async () => {
    const host = await open();
    localStorage.setItem(`xunzhan.paper.${host.view().visit.id}`, "1790000000000");
    m.screen.unmount();
    await open();
    expect(m.get("paper-mode").attributes("data-observed-ms")).toBe("1790000000000");
  });
});
