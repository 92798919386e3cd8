import { flushPromises } from "@vue/test-utils";
import { ElOption, ElSelect } from "element-plus";
import { afterEach, describe, expect, it } from "vitest";
import { defineComponent, h, ref } from "vue";
import { mounted, type Mounted } from "@/test/mounted";
import DialogFrame from "./DialogFrame.vue";
import KeysOverlay from "./KeysOverlay.vue";
import { useKeys } from "./keys";

const heard: string[] = [];
const open = ref(false);
const closed = ref(0);
const Screen = defineComponent({
  setup() {
    useKeys(({ key }) => heard.push(key) > 0 && key !== "?" && key !== "Escape", { help: [["F", "finding"]] });
    return () => [
      h("button", { "data-testid": "from" }, "from"),
      open.value ? h(DialogFrame, { title: "one", submits: "save", onClose: () => ((open.value = false), (closed.value += 1)) }, { default: () => [h("input", { "data-testid": "inside" }), h(ElSelect, { id: "choice", filterable: true }, () => h(ElOption, { value: 1, label: "1" }))] }) : null,
      h(KeysOverlay),
    ];
  },
});

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  heard.length = 0;
  open.value = false;
  closed.value = 0;
  document.body.innerHTML = "";
});
const rows = () => [...document.querySelectorAll('[data-testid="keys-overlay"] kbd')].map((one) => one.textContent);

describe("layers of keys", () => {
  it("show the keys of the screen on ?, and of a dialog while it is open", async () => {
    m = await mounted(Screen, {});
    await m.press("?");
    expect(rows()).toEqual(["F", "?", "F1"]);
    await m.press("Escape");
    expect(m.has("keys-overlay")).toBe(false);
    open.value = true;
    await flushPromises();
    await m.press("?");
    expect(rows()).toEqual(["Ctrl + Enter", "Esc", "?", "F1"]);
    await m.press("Escape");
    expect(closed.value).toBe(0);
    await m.press("Escape");
    expect(closed.value).toBe(1);
  });

  it("keep keys from the screen below, and leave an input method's Esc alone", async () => {
    m = await mounted(Screen, {});
    open.value = true;
    await flushPromises();
    await m.press("f");
    expect(heard).toEqual([]);
    await m.press("Escape", { isComposing: true });
    expect(closed.value).toBe(0);
  });

  it("close by Esc from a list to choose from, too, but not while the list is open", async () => {
    m = await mounted(Screen, {});
    open.value = true;
    await flushPromises();
    const choice = document.querySelector("#choice") as HTMLElement;
    const press = async (key: string) => {
      choice.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true, cancelable: true }));
      await flushPromises();
    };
    choice.focus();
    await press("ArrowDown");
    expect(choice.getAttribute("aria-expanded")).toBe("true");
    await press("Escape");
    expect([choice.getAttribute("aria-expanded"), closed.value]).toEqual(["false", 0]);
    await press("Escape");
    expect(closed.value).toBe(1);
  });

  it("give the focus back to where it came from", async () => {
    m = await mounted(Screen, {});
    const from = m.get("from").element as HTMLElement;
    from.focus();
    open.value = true;
    await flushPromises();
    (document.querySelector('[data-testid="inside"]') as HTMLElement).focus();
    await m.press("Escape");
    await flushPromises();
    expect(document.activeElement).toBe(from);
  });
});
