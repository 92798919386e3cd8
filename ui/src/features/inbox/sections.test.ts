import { describe, expect, it } from "vitest";
import type { InboxPhoto, Reason } from "@/contract";
import { aimOf, planOf, withItems, withVisit, without, type Correction } from "./aim";
import { extended, idsOf, standing, toggled } from "./choice";
import { layOut, sectionsOf, stepped, whyOf } from "./sections";

const photo = (id: string, more: Partial<InboxPhoto> = {}, burst = Number(id.replace(/\D/g, "")) + 100): InboxPhoto => ({
  attached: { photo: id, original: { sha256: "", len: 1 }, thumbnail: null, name: id, mime: "image/jpeg", method: "dialog", meta: {}, distance_m: null, items: [] },
  arrived_at_ms: 0,
  time_grade: "none",
  missing: [],
  burst,
  proposal: null,
  station_name: null,
  reasons: [],
  aside: false,
  ...more,
});
const to = (visit: string | null, item: string | null = null) => ({ proposal: { station: "s1", visit, item }, station_name: "青河村站" });
const none = new Map<string, Correction>();
const place = (_: string, item: string) => Number(item);
const sections = (photos: InboxPhoto[], said = none) => sectionsOf(photos, said, ["v2", "v1"], place);

describe("sections", () => {
  it("are visits by item, then stations without a visit, then what nothing is proposed for, by why", () => {
    const far: Reason[] = [{ kind: "during_visit" }, { kind: "far_from_station", distance_m: 9000 }];
    const all = sections([photo("p1", to("v1", "10")), photo("p2", to("v1")), photo("p3", to("v1", "9")), photo("p4", to("v2", "1")), photo("p5", to(null)), photo("p6", { reasons: [{ kind: "no_time" }, { kind: "no_position" }] }), photo("p7", { reasons: far })]);
    expect(all.map((one) => [one.key, one.photos.length])).toEqual([["visit-v2", 1], ["visit-v1", 3], ["station-s1", 1], ["none", 2]]);
    expect(all[1]!.groups.map((group) => group.items)).toEqual([["9"], ["10"], []]);
    expect(all[3]!.groups.map((group) => group.why)).toEqual(["far_from_station", "no_time"]);
    expect(whyOf([])).toBe("other");
  });

  it("move a corrected photo to where a person says, without the item that was meant for another visit", () => {
    const photos = [photo("p1", to("v1", "9")), photo("p2", to("v1", "9"))];
    const said = withVisit(none, [photos[0]!], "v2", () => "C4");
    expect(aimOf(photos[0]!, said)).toEqual({ visit: "v2", items: [], corrected: true });
    expect(sections(photos, said).map((one) => [one.key, one.photos.length])).toEqual([["visit-v2", 1], ["visit-v1", 1]]);
    // Back again, and what a person chose stays within the same checklist only.
    expect(aimOf(photos[0]!, without(said, ["p1"]))).toEqual({ visit: "v1", items: ["9"], corrected: false });
    const items = withItems(said, [photos[0]!], ["3", "4"]);
    expect(aimOf(photos[0]!, withVisit(items, [photos[0]!], "v1", () => "C4")).items).toEqual(["3", "4"]);
    expect(aimOf(photos[0]!, withVisit(items, [photos[0]!], "v1", (visit) => visit)).items).toEqual(["9"]);
  });

  it("keep what is proposed for a visit that takes no photos any more", () => {
    expect(sections([photo("p1", { ...to("gone") })]).map((one) => one.kind)).toEqual(["station"]);
  });
});

describe("what would go where", () => {
  it("is counted by visit, and what has no visit goes nowhere", () => {
    const photos = [photo("p1", to("v1", "9")), photo("p2", to("v1")), photo("p3", to("v2")), photo("p4", to(null)), photo("p5")];
    const plan = planOf(photos, withItems(none, [photos[2]!], ["1"]), ["v2", "v1"]);
    expect(plan.visits).toEqual([{ visit: "v2", photos: 1, withItem: 1 }, { visit: "v1", photos: 2, withItem: 1 }]);
    expect(plan.aimless).toBe(2);
    expect(plan.assignments).toEqual([{ photo: "p1", visit: "v1", items: ["9"] }, { photo: "p2", visit: "v1", items: [] }, { photo: "p3", visit: "v2", items: ["1"] }]);
  });
});

describe("bursts", () => {
  const photos = [photo("p1", to("v1", "9"), 1), photo("p2", to("v1", "9"), 1), photo("p3", to("v1", "9"), 2), photo("p4", to("v1", "9"), 3), photo("p5", to("v1", "9"), 3)];

  it("are one stack each until they are opened", () => {
    const closed = layOut(sections(photos), new Set(), 3);
    expect(closed.tiles.map((tile) => tile.photos.length)).toEqual([2, 1, 2]);
    const open = layOut(sections(photos), new Set([closed.tiles[0]!.burst!]), 3);
    expect(open.tiles.map((tile) => [tile.photos.length, tile.opens])).toEqual([[1, 2], [1, 0], [1, 0], [2, 0]]);
    expect(open.rows.map((row) => row.kind)).toEqual(["section", "group", "tiles", "tiles"]);
    expect(open.rowOf).toEqual([2, 2, 2, 3]);
  });

  it("are chosen with all their photos, and some of them when opened", () => {
    const closed = layOut(sections(photos), new Set(), 3);
    const one = toggled(new Set(), idsOf(closed.tiles[0]!.photos));
    expect([...one]).toEqual(["p1", "p2"]);
    expect(standing(closed.tiles[0]!, one)).toBe("all");
    expect(standing(closed.tiles[0]!, new Set(["p2"]))).toBe("some");
    expect(standing(closed.tiles[1]!, one)).toBe("none");
    expect([...toggled(new Set(["p2"]), ["p1", "p2"])]).toEqual(["p2", "p1"]);
    expect(toggled(one, ["p1", "p2"]).size).toBe(0);
    expect([...extended(new Set(["p9"]), closed.tiles, 2, 1)]).toEqual(["p9", "p3", "p4", "p5"]);
  });
});

describe("arrows", () => {
  const many = (n: number, visit: string) => Array.from({ length: n }, (_, at) => photo(`p${visit}${at}`, to(visit, "9")));
  // Five and four tiles in rows of three.
  const layout = layOut(sections([...many(4, "v1"), ...many(5, "v2")]), new Set(), 3);

  it("lead over the ends of sections, and keep the column as far as there is one", () => {
    expect(layout.rows.flatMap((row) => (row.kind === "tiles" ? [row.tiles.length] : []))).toEqual([3, 2, 3, 1]);
    expect(stepped("ArrowDown", 2, layout, 2)).toBe(4);
    expect(stepped("ArrowDown", 4, layout, 2)).toBe(6);
    expect(stepped("ArrowDown", 6, layout, 2)).toBe(8);
    expect(stepped("ArrowDown", 8, layout, 2)).toBe(8);
    expect(stepped("ArrowUp", 1, layout, 2)).toBe(1);
    expect(stepped("ArrowLeft", 5, layout, 2)).toBe(4);
    expect(stepped("PageDown", 1, layout, 2)).toBe(6);
    expect(stepped("End", 0, layout, 2)).toBe(8);
    expect(stepped("Home", 8, layout, 2)).toBe(0);
    expect(stepped("v", 0, layout, 2)).toBeNull();
  });

  it("lead nowhere where there is nothing", () => {
    const empty = layOut([], new Set(), 3);
    expect(stepped("ArrowRight", 0, empty, 2)).toBe(0);
    expect(stepped("ArrowDown", 0, empty, 2)).toBe(0);
  });
});
