import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { defineComponent, h } from "vue";
import type { Pack, Reason } from "@/contract";
import { makeI18n, type Language } from "@/i18n";
import pack from "../../../../assets/rulepacks/c4-village-station.json";
import { placeIn, useInboxWords } from "./words";

function wordsIn(language: Language): ReturnType<typeof useInboxWords> {
  let words!: ReturnType<typeof useInboxWords>;
  mount(defineComponent(() => ((words = useInboxWords(() => [pack as Pack])), () => h("i"))), { global: { plugins: [makeI18n(language)] } }).unmount();
  return words;
}
const ALL: Reason[] = [{ kind: "during_visit" }, { kind: "at_station", distance_m: 38 }, { kind: "answered", item: "C4-09", minutes: 3 }];

it("says why in one sentence", () => {
  expect(wordsIn("zh").sentence({ reasons: ALL, missing: [] })).toBe("拍摄于走访时段内，距站点 38 米，3 分钟后作答第 9 项");
  expect(wordsIn("en").sentence({ reasons: ALL, missing: [] })).toBe("Taken during the visit, 38 m from the station, item 9 answered 3 min later");
});

it("says why not, and what the file lacks besides, once", () => {
  const { sentence } = wordsIn("zh");
  expect(sentence({ reasons: [{ kind: "during_visit" }, { kind: "far_from_station", distance_m: 12_400 }], missing: ["device"] })).toBe("拍摄于走访时段内，但距站点 12 公里，没有设备信息");
  expect(sentence({ reasons: [{ kind: "several_visits", visits: 2 }, { kind: "no_position" }], missing: ["position"] })).toBe("与 2 次走访同样相符，没有位置");
  expect(sentence({ reasons: [{ kind: "no_visit_then" }, { kind: "at_station", distance_m: 5 }], missing: [] })).toBe("拍摄时没有走访，距站点 5 米");
  expect(sentence({ reasons: [{ kind: "no_time" }, { kind: "no_position" }], missing: ["time", "position"] })).toBe("没有拍摄时间，没有位置");
  expect(sentence({ reasons: [{ kind: "around_visit", minutes: 12, before: true }], missing: [] })).toBe("拍摄于走访开始前 12 分钟");
  expect(sentence({ reasons: [{ kind: "around_visit", minutes: 1, before: false }, { kind: "answered", item: "C4-09", minutes: -1 }], missing: [] })).toBe("拍摄于走访结束后 1 分钟，1 分钟前已作答第 9 项");
  expect(sentence({ reasons: [{ kind: "answered", item: "C4-09", minutes: 0 }], missing: [] })).toBe("同一分钟作答第 9 项");
});

it("names items by their number in the checklist, and by code where there is none", () => {
  const words = wordsIn("zh");
  expect(words.item("C4-09")).toMatch(/^第 9 项 /);
  expect(words.item("C9-99")).toBe("C9-99");
  expect(placeIn([pack as Pack], "C4", "C4-22")).toBe(22);
  expect(placeIn([pack as Pack], "C3", "C4-22")).toBe(0);
});
