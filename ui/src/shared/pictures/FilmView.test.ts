import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Film } from "@/host";
import { mounted, type Mounted } from "@/test/mounted";
import FilmView from "./FilmView.vue";

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

/** Films, and which of them were opened and not freed. */
function counting(film: (id: string) => Film | null) {
  const open = new Set<string>();
  const opening = async (id: string) => {
    const found = film(id);
    if (!found) throw new Error("it is not there");
    open.add(id);
    return { url: found.url, free: () => void open.delete(id) };
  };
  return { open, shown: (photo: string) => ({ photo, name: "VID_1.mp4", open: () => opening(photo), poster: "data:," }) };
}
const playable = (id: string): Film => ({ url: `data:video/mp4;base64,${id}`, free: () => undefined });

describe("a film", () => {
  it("stands still until it is asked for, and is freed when another is shown", async () => {
    const { shown, open } = counting(playable);
    m = await mounted(FilmView, shown("one"));
    expect(m.has("photo-film")).toBe(false);
    await m.get("photo-film-play").trigger("click");
    await flushPromises();
    const player = m.get("photo-film");
    expect([player.attributes("src"), player.attributes("preload"), player.attributes("poster")]).toEqual(["data:video/mp4;base64,one", "none", "data:,"]);
    expect([...open]).toEqual(["one"]);
    await m.screen.setProps(shown("two"));
    expect(m.has("photo-film")).toBe(false);
    expect(m.has("photo-film-play")).toBe(true);
    expect([...open]).toEqual([]);
  });

  it("says so when it cannot be played, before or while it is", async () => {
    const { shown, open } = counting((id) => (id === "one" ? playable(id) : null));
    m = await mounted(FilmView, shown("one"));
    await m.get("photo-film-play").trigger("click");
    await flushPromises();
    await m.get("photo-film").trigger("error");
    expect(m.get("photo-film-refused").text()).toContain("不能播放");
    expect([...open]).toEqual([]);
    await m.screen.setProps(shown("two"));
    await m.get("photo-film-play").trigger("click");
    await flushPromises();
    expect(m.has("photo-film-refused")).toBe(true);
  });
});
