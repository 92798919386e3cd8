import { afterEach, describe, expect, it } from "vitest";
import { flushPromises } from "@vue/test-utils";
import { fakeHost } from "@/host/fake";
import { useSession } from "@/shared/session";
import { mounted, type Mounted } from "@/test/mounted";
import ForgottenPassphrase from "./ForgottenPassphrase.vue";

let m: Mounted;
afterEach(() => m.screen.unmount());

async function shown(refusal?: string) {
  const host = fakeHost();
  const inner = host.call;
  const asked: { name: string; args: Record<string, unknown> }[] = [];
  host.call = (async (name: never, args: never) => {
    asked.push({ name, args });
    if (refusal && name === "add_person") throw { code: refusal, params: { min: "8" } };
    return inner(name, args);
  }) as typeof host.call;
  const state = await inner("app_state", {});
  const person = state.people[0];
  if (!person) throw new Error("nobody has a key here");
  m = await mounted(ForgottenPassphrase, { person: person.person }, "/sync", host);
  useSession().heard(state);
  await flushPromises();
  const renew = async (first: string, second: string) => {
    await m.get("forgotten-passphrase").setValue(first);
    await m.get("forgotten-again").setValue(second);
    await m.get("forgotten-screen").trigger("submit");
    await flushPromises();
    return asked.find((one) => one.name === "add_person");
  };
  return { person, renew };
}

describe("a forgotten passphrase", () => {
  it("says what happened, what is safe and what to do", async () => {
    await shown();
    for (const part of ["没有人能找回", "都在", "重新认证"]) expect(m.get("forgotten-screen").text()).toContain(part);
  });

  it("makes the same person's key anew, once the passphrase was typed twice alike", async () => {
    const { person, renew } = await shown();
    expect(await renew("新的口令一二三四", "新的口令一二三五")).toBeUndefined();
    expect(await renew("短", "短")).toBeUndefined();
    const call = await renew("新的口令一二三四", "新的口令一二三四");
    expect(call?.args).toEqual({ person: person.person, name: person.name, org: person.org, passphrase: "新的口令一二三四" });
  });

  it("says why it was not done, and keeps no passphrase", async () => {
    const { renew } = await shown("locked");
    await renew("12345678", "12345678");
    expect(m.get("error-note").attributes("data-code")).toBe("locked");
    expect((m.get("forgotten-passphrase").element as HTMLInputElement).value).toBe("");
  });
});
