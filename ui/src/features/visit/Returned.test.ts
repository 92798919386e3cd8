import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "@/host/fake";
import { mounted, type Mounted } from "@/test/mounted";
import VisitScreen from "./VisitScreen.vue";

let m: Mounted;
const open = async (host = fakeHost({ returned: true })) => {
  m = await mounted(VisitScreen, { visit: host.view().visit.id }, "/visit/one", host);
  return m;
};
afterEach(() => {
  m.screen.unmount();
  document.body.innerHTML = "";
});

describe("a visit that a reviewer returned", () => {
  it("shows the words, marks the items, leads to them and can be changed", async () => {
    await open();
    expect(m.get("returned-comment").text()).toContain("门楣照片看不清");
    expect(m.get("outline-comment-C4-04").attributes("title")).toContain("照片里看不到标识");
    expect(document.querySelector("[data-testid='visit-sealed']")).toBeNull();
    expect(m.get("returned-C4-09").text()).toContain("答案已改");
    expect(m.get("returned-C4-04").text()).toContain("答案未改");
    await m.get("returned-C4-04").trigger("click");
    expect(document.querySelector("article.item")?.getAttribute("data-testid")).toBe("item-C4-04");
    await m.press("1");
    expect(m.host.made.some((one) => one.name === "answer_item")).toBe(true);
  });

  it("says so when it was mended too late", async () => {
    const host = fakeHost();
    host.view().visit.refused.push({ entry: "", kind: "visit.sealed/1", rule: "accepted_meanwhile" });
    await open(host);
    expect(m.get("visit-too-late").text()).toContain("补正没有被接受");
  });
});
