import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import HandOverDialog from "./HandOverDialog.vue";
import MistakeMenu from "./MistakeMenu.vue";
import VisitScreen from "./VisitScreen.vue";

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

describe("handing a visit over", () => {
  it("asks to whom, on which laptop and why, and says afterwards who leads", async () => {
    const host = fakeHost();
    m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
    expect(m.has("not-the-lead")).toBe(false);
    m.screen.getComponent(MistakeMenu).vm.$emit("extra", "handover");
    await flushPromises();
    const dialog = m.screen.getComponent(HandOverDialog);
    const confirm = () => document.querySelector<HTMLButtonElement>('[data-testid="handover-confirm"]')!;
    expect(confirm().disabled).toBe(true);
    const [selects] = [dialog.findAllComponents({ name: "ElSelect" })];
    selects[0]!.vm.$emit("update:modelValue", "00000000-0000-7000-c000-000000000001");
    await flushPromises();
    expect(m.has("handover-no-laptop")).toBe(true);
    const second = host.view().visit.description.team[1]!;
    selects[0]!.vm.$emit("update:modelValue", second.person);
    await flushPromises();
    dialog.findAllComponents({ name: "ElSelect" })[1]!.vm.$emit("update:modelValue", "7f".repeat(32));
    await flushPromises();
    expect(m.has("handover-sync")).toBe(true);
    const reason = document.querySelector<HTMLInputElement>('input[data-testid="handover-reason"], [data-testid="handover-reason"] input')!;
    reason.value = "另有任务";
    reason.dispatchEvent(new Event("input"));
    await flushPromises();
    expect(confirm().disabled).toBe(false);
    document.querySelector("#handover-form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
    expect(host.made.findLast((one) => one.name === "hand_over_visit")?.args).toEqual({ visit: host.view().visit.id, person: second.person, device: "7f".repeat(32), reason: "另有任务" });
    expect(m.has("handover-dialog")).toBe(false);
    expect(m.get("handed-over").text()).toContain(second.name);
    expect(m.has("not-the-lead")).toBe(true);
  });
});
