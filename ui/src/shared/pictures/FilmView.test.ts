import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Film } from "@/host";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import FilmView from "./FilmView.vue";

let m: Mounted;
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

/** A host that counts the films which were opened and not freed. */
function counting(film: (id: string) => Film | null) {
  const host = fakeHost();
  const open = new Set<string>();
  host.film = async (id) => {
    const found = film(id);
    if (found) open.add(id);
    return found && { url: found.url, free: () => void open.delete(id) };
  };
  return { host, open };
}
const playable = (id: string): Film => ({ url: `data:video/mp4;base64,${id}`, free: () => undefined });
const shown = (photo: string) => ({ photo, name: "VID_1.mp4", sizeBytes: 9, poster: "data:," });

describe("a film", () => {
  it("stands still until it is asked for, and is freed when another is shown", async () => {
    const { host, open } = counting(playable);
    m = await mounted(FilmView, shown("one"), "/visit/one", host);
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
    const { host, open } = counting((id) => (id === "one" ? playable(id) : null));
    m = await mounted(FilmView, shown("one"), "/visit/one", host);
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
