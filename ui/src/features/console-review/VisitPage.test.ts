import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ReviewView } from "@/contract";
import { provideConsoleHost } from "@/host";
import { fakeConsoleHost, type FakeConsole } from "@/host/fake-console";
import { makeI18n } from "@/i18n";
import VisitPage from "./VisitPage.vue";

let page: VueWrapper;
async function open(at: number): Promise<{ host: FakeConsole; view: ReviewView }> {
  const host = fakeConsoleHost({ loggedIn: true });
  const rows = await host.call("list_visits", { scope: "" });
  const view = await host.call("get_visit", { scope: "", visit: rows[at]!.visit });
  page = mount(VisitPage, {
    attachTo: document.body,
    props: { scope: "s", view, account: "fuhe", mayAccept: true },
    global: { plugins: [makeI18n(), { install: (app) => provideConsoleHost(app, host) }] },
  });
  await flushPromises();
  return { host, view };
}
const get = (id: string) => page.get(`[data-testid="${id}"]`);
afterEach(() => {
  page.unmount();
  document.body.innerHTML = "";
});

describe("returning a visit", () => {
  it("needs words, takes them on items from the answers, and sends what was seen", async () => {
    const { host, view } = await open(0);
    await get("return-on-C4-04").trigger("click");
    await flushPromises();
    expect(get("return-confirm").attributes("disabled")).toBeDefined();
    await get("return-item-C4-04").setValue("门楣照片看不清");
    await get("return-comment").setValue("请补充");
    await get("return-confirm").trigger("click");
    await flushPromises();
    const sent = host.made.find((one) => one.name === "return_visit")?.args;
    expect(sent).toEqual({ scope: "s", visit: view.visit.id, statement: view.seal_id, comment: "请补充", items: [{ item: "C4-04", comment: "门楣照片看不清" }] });
    expect((page.emitted("changed")![0]![0] as ReviewView).phase).toBe("returned");
  });

  it("keeps what was typed when the server refuses", async () => {
    const { host } = await open(0);
    host.fail("return_visit", { code: "changed_meanwhile", params: {} });
    await get("review-return").trigger("click");
    await flushPromises();
    await get("return-comment").setValue("请补充");
    await get("return-confirm").trigger("click");
    await flushPromises();
    expect((get("return-comment").element as HTMLTextAreaElement).value).toBe("请补充");
    expect(page.emitted("changed")).toBeUndefined();
  });
});

describe("a mended visit", () => {
  it("shows each change by a word, before and after, and why it had come back", async () => {
    await open(1);
    expect(get("compare-C4-09").text()).toMatch(/原为\s*1,860.*改为\s*2,140/s);
    expect(get("compare-finding").text()).toContain("有改动");
    expect(get("compare-photo-added").text()).toContain("新增");
    expect(get("review-returned").text()).toContain("台账与后台不一致");
  });
});

describe("a photo large", () => {
  it("is the original where a browser shows it, else what the server made of it, else the small one, and says which", async () => {
    const { view } = await open(0);
    const heic = view.visit.photos[1]!.attached;
    heic.mime = "image/heic";
    await page.setProps({ view: { ...view } });
    const tiles = page.findAll('[data-testid="review-photo"]');
    await tiles[1]!.trigger("click");
    await flushPromises();
    expect(page.find('[data-testid="photo-made-large"]').exists()).toBe(true);
    expect(page.find('[data-testid="photo-first-page"]').exists()).toBe(false);
    // The server could make none.
    await get("photo-large").trigger("error");
    expect(page.find('[data-testid="photo-small-only"]').exists()).toBe(true);
    expect(get("photo-large").attributes("src")).toMatch(/#thumbnail$/);
    await get("photo-close").trigger("click");
    heic.mime = "application/pdf";
    await page.setProps({ view: { ...view } });
    await tiles[1]!.trigger("click");
    await flushPromises();
    expect(page.find('[data-testid="photo-first-page"]').exists()).toBe(true);
    await get("photo-close").trigger("click");
    await tiles[0]!.trigger("click");
    await flushPromises();
    expect(page.find('[data-testid="photo-small-only"], [data-testid="photo-made-large"]').exists()).toBe(false);
  });
});

describe("what leaves by the console", () => {
  it("stands with each photo, and what is kept is asked for a while later", async () => {
    vi.useFakeTimers();
    try {
      const { host } = await open(0);
      await page.findAll('[data-testid="review-photo"]')[1]!.trigger("click");
      await flushPromises();
      const bundle = get("custody-exports").text();
      expect(bundle).toContain("在县里的网页上保存整份走访的证据包");
      const asked = () => host.made.filter((one) => one.name === "get_visit").length;
      const before = asked();
      await get("photo-keep").trigger("click");
      expect(asked()).toBe(before);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(asked()).toBe(before + 1);
      expect(page.emitted("changed")).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a photo that stands in another visit too", () => {
  const link = (text: string) => page.findAll("button.link").find((one) => one.text().includes(text))!;

  it("is shown beside that one, each with its station and day", async () => {
    const { host } = await open(0);
    await link("看对比").trigger("click");
    await flushPromises();
    const shown = document.querySelector('[data-testid="compare-view"]')!;
    expect(shown.querySelectorAll("section")).toHaveLength(2);
    const asked = host.made.filter((one) => one.name === "get_visit").at(-1)?.args as { visit: string };
    const other = await host.call("get_visit", { scope: "s", visit: asked.visit });
    expect(shown.textContent).toContain(other.station!.name);
    expect(asked.visit).not.toBe((page.props() as { view: ReviewView }).view.visit.id);
  });

  it("is not shown where the other visit may not be read, and the page says why", async () => {
    const { host } = await open(0);
    host.fail("get_visit", { code: "not_allowed", params: {} });
    await link("看对比").trigger("click");
    await flushPromises();
    expect(document.querySelector('[data-testid="compare-view"]')).toBeNull();
    expect(get("error-note").attributes("data-code")).toBe("not_allowed");
  });

  it("is not shown where the other visit no longer has the photo, and the page says so", async () => {
    const { host } = await open(0);
    const inner = host.call;
    host.call = (async (name: never, args: never) => {
      const answer = (await inner(name, args)) as ReviewView;
      return name === "get_visit" ? { ...answer, visit: { ...answer.visit, photos: [] } } : answer;
    }) as typeof host.call;
    await link("看对比").trigger("click");
    await flushPromises();
    expect(document.querySelector('[data-testid="compare-view"]')).toBeNull();
    expect(get("error-note").attributes("data-code")).toBe("not_found");
  });
});
