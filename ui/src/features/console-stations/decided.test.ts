import { flushPromises, mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { defineComponent, h } from "vue";
import { HostError } from "@/host";
import { useDecided, type Decided } from "./decided";

/** A page whose list is read as given, one answer after the other. */
async function deciding(...answers: string[][]): Promise<Decided<string>> {
  let made!: Decided<string>;
  mount(defineComponent(() => ((made = useDecided(() => Promise.resolve(answers.shift() ?? []))), () => h("i"))));
  await flushPromises();
  return made;
}
const refused = (code: "changed_meanwhile" | "refused") => () => Promise.reject(new HostError({ code, params: {} }));

it("shows what still waits after a decision", async () => {
  const { rows, busy, decide } = await deciding(["a", "b"]);
  expect(rows.value).toEqual(["a", "b"]);
  const made = decide(() => Promise.resolve(["b"]));
  expect(busy.value).toBe(true);
  expect(await made).toBe(true);
  expect([rows.value, busy.value]).toEqual([["b"], false]);
});

it("reads again what changed meanwhile, and still says so", async () => {
  const { rows, error, decide } = await deciding(["a", "b"], ["c"]);
  expect(await decide(refused("refused"))).toBe(false);
  expect([rows.value, error.value?.code]).toEqual([["a", "b"], "refused"]);
  expect(await decide(refused("changed_meanwhile"))).toBe(false);
  expect([rows.value, error.value?.code]).toEqual([["c"], "changed_meanwhile"]);
});
