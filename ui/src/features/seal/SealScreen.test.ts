import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mounted, type Mounted } from "@/test/mounted";
import { fakeHost } from "@/host/fake";
import CountersignBox from "./CountersignBox.vue";
import SealScreen from "./SealScreen.vue";

// There is no canvas to draw on here; drawing is tried in the real window.
vi.mock("signature_pad", () => ({
  default: class {
    addEventListener() {}
    off() {}
    clear() {}
    toData() {
      return [];
    }
  },
}));

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

async function open() {
  const host = fakeHost();
  m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
  return host;
}

describe("sealing", () => {
  it("shows what is missing as links, and blocks only on what must be mended", async () => {
    const host = await open();
    expect(m.get("gap-no_end").attributes("data-blocks")).toBe("yes");
    expect(m.get("gap-blank_item").attributes("data-blocks")).toBe("no");
    expect(m.get("gap-link-C4-03").attributes("href")).toContain("item=C4-03");
    expect(m.get("seal").attributes("disabled")).toBeDefined();
    expect(m.has("seal-blocked")).toBe(true);
    expect(host.made.some((one) => one.name === "seal_visit")).toBe(false);
  });

  it("leads to each text that is not finished, where it can be finished", async () => {
    const host = fakeHost();
    for (const slot of ["C4-09", "situation", "finding:abc"]) await host.call("save_draft", { visit: "", slot, raw: "{}" });
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    expect(m.get("gap-link-draft-C4-09").attributes("href")).toContain("item=C4-09");
    expect(m.get("gap-link-draft-situation").attributes("href")).toContain("describe");
    expect(m.get("gap-link-draft-finding:abc").attributes("href")).toContain("finding=abc");
  });

  it("shows the whole record before the station signs, and lets it sign no other", async () => {
    const host = fakeHost();
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    expect(m.has("record-pages")).toBe(false);
    expect(m.has("countersign-not-yet")).toBe(true);
    m.screen.unmount();

    await host.call("describe_visit", { visit: "", team: [], methods: [], started_at_ms: 1, ended_at_ms: 2, utc_offset_min: 480, situation: "", seconded: [] });
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    const shown = m.get("record-pages").attributes("data-shown");
    expect(shown).toHaveLength(64);
    expect(m.has("record-save")).toBe(false);
    expect(m.has("signature-canvas")).toBe(true);
    const box = m.screen.getComponent(CountersignBox);
    expect(box.props("shown")).toBe(shown);
    host.fail("countersign", { code: "refused", params: { rule: "not_shown" } });
    const before = host.made.filter((one) => one.name === "make_record").length;
    box.vm.$emit("countersign", { way: "signed", name: "x", role: "", opinion: "", strokes: { v: 1, width: 1, height: 1, strokes: [] }, shown });
    await flushPromises();
    expect(m.get("error-note").attributes("data-code")).toBe("refused");
    expect(host.made.filter((one) => one.name === "make_record").length).toBe(before + 1);
  });

  it.each([false, true])("asks seconded members to sign by hand what is shown, returned: %s", async (returned) => {
    const host = fakeHost({ returned });
    await host.call("describe_visit", { visit: "", team: [], methods: [], started_at_ms: 1, ended_at_ms: 2, utc_offset_min: 480, situation: "", seconded: [{ person: null, name: "范雨晴", org: "供销社" }] });
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    expect(m.get("gap-no_hand_sign").attributes("data-blocks")).toBe("yes");
    const person = host.view().visit.description.seconded![0]!.person;
    expect(m.get(`hand-${person}`).text()).toContain("供销社");
    await m.get(`hand-paper-${person}`).trigger("click");
    await flushPromises();
    expect(host.made.find((one) => one.name === "hand_sign")?.args).toMatchObject({ person, strokes: null, shown: m.get("record-pages").attributes("data-shown") });
    expect(m.get(`hand-${person}`).attributes("data-signed")).toBe("yes");
    expect(m.has("gap-no_hand_sign")).toBe(false);
  });

  it("writes nothing on a wrong passphrase and forgets what was typed", async () => {
    const host = fakeHost();
    await host.call("describe_visit", { visit: "", team: [], methods: [], started_at_ms: 1, ended_at_ms: 2, utc_offset_min: 480, situation: "", seconded: [] });
    await host.call("countersign", { visit: "", way: { way: "refused", reason: "不同意", witness: "" } });
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    const [first, second] = host.view().visit.description.team;
    const field = (person: string) => m.screen.get(`input[data-testid="seal-passphrase-${person}"]`);
    await field(first!.person).setValue("wrong");
    await field(second!.person).setValue("goodgood");
    await m.screen.get('[data-testid="seal-signers"] form').trigger("submit");
    await flushPromises();
    expect(m.get("error-note").attributes("data-code")).toBe("wrong_passphrase");
    expect((field(first!.person).element as HTMLInputElement).value).toBe("");
    expect(host.view().phase).toBe("in_progress");
    await field(first!.person).setValue("goodgood");
    await field(second!.person).setValue("goodgood");
    await m.screen.get('[data-testid="seal-signers"] form').trigger("submit");
    await flushPromises();
    expect(host.view().phase).toBe("sealed");
    expect(m.get("seal-code").attributes("data-seal-id")).toHaveLength(64);
    expect(m.get("record-pages").attributes("data-pages")).toBe("2");
    expect(m.has("seal-signers")).toBe(false);

    // What is saved after the first time says that it is a copy.
    expect(m.has("record-copy")).toBe(false);
    await m.get("record-save").trigger("click");
    await flushPromises();
    expect(m.has("record-kept")).toBe(true);
    expect(m.get("record-copy").text()).toContain("副本");
    expect(m.get("record-save").text()).toContain("副本");
  });

  it("asks somebody to sign in whose name only a signature stands that does not hold", async () => {
    const host = fakeHost();
    const people = host.view().visit.description.team;
    await host.call("seal_visit", { visit: "", signers: [{ person: people[0]!.person, passphrase: "x" }] });
    const forged = { statement: "0", person: people[1]!.person, name: people[1]!.name, kid: "0", public_key: "", signature: "" };
    host.view().visit.signatures.push(forged);
    m = await mounted(SealScreen, { visit: host.view().visit.id }, "/visit/one/seal", host);
    expect(m.get("seal-signers").text()).toContain(people[0]!.name);
    expect(m.has(`seal-passphrase-${people[0]!.person}`)).toBe(false);
    expect(m.has(`seal-passphrase-${people[1]!.person}`)).toBe(true);
  });
});
