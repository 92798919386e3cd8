import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import { makeI18n } from "@/i18n";
import { mounted, type Mounted } from "@/test/mounted";
import LargePicture from "./LargePicture.vue";
import NoPicture from "./NoPicture.vue";
import { WHOLE } from "./view";

let m: Mounted | null = null;
afterEach(() => {
  m?.screen.unmount();
  m = null;
  document.body.innerHTML = "";
});

async function large(at: number, preview: boolean, no_preview?: string): Promise<Mounted> {
  const host = fakeHost({ photos: 28 });
  const attached = { ...host.view().visit.photos[at]!.attached, ...(no_preview && { no_preview }) };
  m = await mounted(LargePicture, { id: attached.photo, name: attached.name, attached, small: attached.thumbnail !== null, preview, way: "export", at, total: 28, strip: () => null, view: { ...WHOLE } }, "/visit/one", host);
  return m;
}
const text = () => document.querySelector('[data-testid="no-picture"]')?.textContent ?? "";

describe("a photo that has no picture", () => {
  it("says what is known when nobody said why, and how its bytes are had", async () => {
    await large(6, false);
    expect(text()).toContain("导入时没有生成预览图，记录里没有写原因。");
    expect(text()).toContain("用“导出”里的“导出原件”把原件存到别处");
  });

  it("says why, where the entry does", async () => {
    await large(13, false, "locked");
    expect(text()).toContain("文件加了打开密码");
    expect(text()).not.toContain("记录里没有写原因");
  });

  it("is no other than one whose picture was made and not shown", async () => {
    await large(0, true);
    expect(text()).toBe("");
    await m!.get("photo-picture").trigger("error");
    expect(text()).toContain("画面没有打开");
    expect(text()).toContain("原因不明");
    expect(text()).not.toContain("已完整保存");
  });

  it("may be a film, which can be played all the same", async () => {
    await large(27, false);
    expect(text()).toContain("暂无封面");
    expect(m!.has("photo-film-play")).toBe(true);
  });

  it("promises nothing of a file that is not at hand", () => {
    const said = (props: InstanceType<typeof NoPicture>["$props"]) => mount(NoPicture, { props, global: { plugins: [makeI18n("zh")] } }).text();
    expect(said({ why: "none_made", way: null })).not.toMatch(/完整保存|程序查看/);
    expect(said({ why: "pending", way: "download" })).toMatch(/预览图还没有送到服务器。$/);
    expect(said({ why: "none_made", reason: "of_tomorrow", way: "export" })).toContain("原因代号 of_tomorrow");
  });
});
