import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import zh from "@/i18n/zh";
import { mounted, type Mounted } from "@/test/mounted";
import PaperBox from "./PaperBox.vue";

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});
const at = <E extends HTMLElement>(testid: string) => document.querySelector<E>(`[data-testid="${testid}"]`)!;
const click = async (testid: string) => {
  at(testid).click();
  await flushPromises();
};
const type = async (testid: string, text: string) => {
  const found = at(testid);
  const field = (found.matches("input") ? found : found.querySelector("input")) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await flushPromises();
};
const calls = () => m.host.made.filter((one) => one.name === "attach_paper").map((one) => one.args as Record<string, unknown>);
async function open() {
  const host = fakeHost();
  const signers = host.view().visit.description.team.map((one) => ({ person: one.person, passphrase: "goodgood" }));
  await host.call("seal_visit", { visit: host.view().visit.id, signers });
  m = await mounted(PaperBox, { view: host.view() }, "/visit/one/seal", host);
}

describe("attaching paper signed by hand", () => {
  it("says what it proves and what not, and takes pages, signers and a passphrase", async () => {
    await open();
    expect(m.has("attach-empty")).toBe(true);
    await click("attach-open");
    const said = at("attach-proves").textContent;
    expect(said).toContain(zh.life.attach.proves_what);
    expect(said).toContain(zh.life.attach.proves_not_what);
    expect(at<HTMLButtonElement>("attach-confirm").disabled).toBe(true);
    await click("attach-pick");
    expect(at("attach-picked").dataset["count"]).toBe("1");
    await click("attach-more");
    await type("attach-signer-1", "葛𪨶");
    await type("attach-passphrase", "goodgood");
    expect(at<HTMLButtonElement>("attach-confirm").disabled).toBe(false);
    await click("attach-confirm");
    const [args] = calls();
    expect(args).toMatchObject({ handles: ["picked-photos"], passphrase: "goodgood" });
    expect((args!["signers"] as { name: string }[]).map((one) => one.name)).toEqual([m.host.view().station.manager, "葛𪨶"]);
    expect(m.has("attach-dialog")).toBe(false);
    const [[view]] = m.screen.emitted("changed") as [[ReturnType<typeof m.host.view>]];
    await m.screen.setProps({ view });
    expect(m.get("papers").attributes("data-count")).toBe("1");
    expect(m.get("paper").text()).toContain(zh.life.attach.level);
    expect(m.get("paper").attributes("data-standing")).toBe("holds");
  });

  it("keeps what was typed when a passphrase is wrong, and forgets the passphrase", async () => {
    await open();
    await click("attach-open");
    await click("attach-pick");
    await type("attach-note", "原件存县商务局");
    await type("attach-passphrase", "wrong");
    await click("attach-confirm");
    expect(at("error-note").dataset["code"]).toBe("wrong_passphrase");
    expect((at("attach-note") as HTMLInputElement).value).toBe("原件存县商务局");
    expect((at("attach-passphrase") as HTMLInputElement).value).toBe("");
    expect(m.screen.emitted("changed")).toBeUndefined();
  });

  it("lets a page leave like a photo, from its large view", async () => {
    await open();
    await m.host.call("attach_paper", { visit: "", handles: ["a"], signers: [{ name: "葛𪨶", role: "" }], note: "", person: m.host.view().visit.description.team[0]!.person, passphrase: "x" });
    await m.screen.setProps({ view: m.host.view() });
    const { photo } = m.host.view().visit.papers[0]!.attached.paper.pages[0]!;
    await click(`paper-page-${photo}`);
    expect(at("custody-arrived").textContent).toContain(zh.gallery.custody.way.paper);
    await click("photo-export");
    await click("export-original");
    expect(m.host.made.findLast((one) => one.name === "export_photo")?.args).toMatchObject({ photo, watermark: false });
  });

  it("shows a paper whose signature does not hold as one that counts as nothing", async () => {
    await open();
    await m.host.call("attach_paper", { visit: "", handles: ["a", "b"], signers: [{ name: "葛𪨶", role: "" }], note: "", person: m.host.view().visit.description.team[0]!.person, passphrase: "x" });
    const view = m.host.view();
    await m.screen.setProps({ view: { ...view, paper_notes: [{ ...view.paper_notes[0]!, holds: false }] } });
    expect(m.get("paper").attributes("data-standing")).toBe("broken");
    expect(m.get("paper").text()).toContain(zh.life.attach.standing.broken);
  });

  it("says so when no member of the team has a key here", async () => {
    await open();
    const answer = m.host.call;
    m.host.call = (async (name: never, args: never) => (name === "seal_preview" ? { signers_here: [] } : answer(name, args))) as typeof m.host.call;
    await click("attach-open");
    expect(m.has("attach-no-key")).toBe(true);
    expect(m.has("attach-confirm")).toBe(false);
  });
});
