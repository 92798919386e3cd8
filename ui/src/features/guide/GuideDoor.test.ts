import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, ref } from "vue";
import { makeRouter } from "@/field/router";
import DialogFrame from "@/shared/DialogFrame.vue";
import { guideHere, guideShown, useGuideTopic } from "@/shared/guide";
import { GUIDE_GROUPS } from "@/shared/guide-pages";
import { useKeys } from "@/shared/keys";
import { mounted, type Mounted } from "@/test/mounted";
import GuideDoor from "./GuideDoor.vue";

const open = ref(false);
const heard: string[] = [];
const Screen = defineComponent({
  setup() {
    useGuideTopic("visit");
    useKeys(({ key }) => heard.push(key) < 0);
    return () => [
      h("input", { "data-testid": "typed" }),
      open.value ? h(DialogFrame, { title: "one", guide: "findings", onClose: () => (open.value = false) }, { default: () => h("input") }) : null,
      h(GuideDoor),
    ];
  },
});

let m: Mounted;
afterEach(() => {
  m?.screen.unmount();
  open.value = false;
  heard.length = 0;
  document.body.innerHTML = "";
});
const find = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const here = () => find("guide-body")?.dataset["page"];
async function settled(): Promise<void> {
  await vi.waitFor(() => expect(here()).toBeTruthy(), 20_000);
  await flushPromises();
}
async function type(text: string): Promise<void> {
  const field = find("guide-search") as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await flushPromises();
}

describe("F1", () => {
  it("opens the guide at the screen's page, Esc closes it, and the screen hears no key in between", async () => {
    m = await mounted(Screen, {});
    await m.press("F1");
    await settled();
    expect(here()).toBe("visit");
    heard.length = 0;
    await m.press("f");
    expect(heard).toEqual([]);
    await m.press("Escape");
    expect(find("guide-body")).toBeNull();
    expect(guideShown.value).toBeNull();
  });

  it("is heard in a text field, and left alone while an input method composes", async () => {
    m = await mounted(Screen, {});
    find("typed")!.focus();
    await m.press("F1", { isComposing: true });
    await m.press("F1", { keyCode: 229 } as KeyboardEventInit);
    expect(guideShown.value).toBeNull();
    await m.press("F1");
    expect(guideShown.value).toBe("visit");
  });

  it("opens at the dialog's page in a dialog, and closing it leaves the dialog", async () => {
    m = await mounted(Screen, {});
    open.value = true;
    await flushPromises();
    expect(guideHere.value).toBe("findings");
    await m.press("F1");
    await settled();
    expect(here()).toBe("findings");
    await m.press("Escape");
    expect(open.value).toBe(true);
    await m.press("Escape");
    expect(open.value).toBe(false);
    expect(guideHere.value).toBe("visit");
  });

  it("finds with two Chinese characters, by keys alone", async () => {
    m = await mounted(Screen, {});
    await m.press("F1");
    await settled();
    await type("指纹");
    expect(Number(find("guide-found")!.dataset["count"])).toBeGreaterThan(2);
    expect([...document.querySelectorAll("mark")].every((one) => one.textContent === "指纹")).toBe(true);
    find("guide-search")!.focus();
    const second = document.querySelectorAll<HTMLElement>('[data-testid="guide-hit"]')[1]!.dataset["page"];
    await m.press("ArrowDown");
    await m.press("Enter", { isComposing: true });
    expect(here()).toBe("visit");
    await m.press("Enter");
    expect(here()).toBe(second);
    await type("没有这样的话");
    expect(find("guide-found")!.dataset["count"]).toBe("0");
  });

  it("follows a link and goes back", async () => {
    m = await mounted(Screen, {});
    await m.press("F1");
    await settled();
    find("guide-page-README")!.click();
    await flushPromises();
    document.querySelector<HTMLElement>('#guide-article a[data-guide="seal"]')!.click();
    await flushPromises();
    expect(here()).toBe("seal");
    await m.press("Backspace");
    expect(here()).toBe("README");
    await m.press("ArrowRight");
    expect(here()).toBe(GUIDE_GROUPS[0].pages[1]);
  });

  it("prints the page at hand, or everything", async () => {
    const print = vi.fn();
    vi.stubGlobal("print", print);
    m = await mounted(Screen, {});
    await m.press("F1");
    await settled();
    const titles = () => document.querySelectorAll(".guide-printed h1").length;
    expect(titles()).toBe(1);
    find("guide-print-all")!.click();
    await vi.waitFor(() => expect(print).toHaveBeenCalledOnce());
    expect(titles()).toBe(GUIDE_GROUPS.flatMap(({ pages }) => pages).length);
    vi.unstubAllGlobals();
  });

  it("knows a page for every screen", () => {
    const bare = makeRouter()
      .getRoutes()
      .filter((route) => route.redirect === undefined && route.meta.guide === undefined)
      .map((route) => route.path);
    expect(bare).toEqual([]);
  });
});
