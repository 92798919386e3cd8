/**
 * How many key strokes and clicks a visit costs: C4 with its 22 items, 10 photos tied and 2 findings, from the list to the sealed record, on
 * the real screens. Every item is answered by itself. A Chinese character counts as one stroke, a signature as one click. What a native
 * dialog asks for is not counted.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import pack from "../../assets/rulepacks/c4-village-station.json";
import { eyes, type Eyes } from "./browser";
import { id } from "./screens";

/** What it costs; it may fall and never grow. */
const MOST = { keys: 119, clicks: 2 };

const BY_DIGIT = ["yes_no", "choice", "choices"];
/** Items at which something is wrong. */
const WRONG = ["C4-09", "C4-10"];
/** Photos by item. */
const PHOTOS: Record<string, number> = { "C4-02": 1, "C4-04": 1, "C4-05": 1, "C4-06": 1, "C4-09": 1, "C4-10": 3, "C4-11": 1, "C4-13": 1 };
const TYPED: Record<string, string> = { turnover: "1860", months: "2", villages: "后榆林村", builder: "村民委员会", operator: "村民委员会" };

type Item = (typeof pack.items)[number];

let look: Eyes;
beforeAll(async () => {
  look = await eyes();
});
afterAll(() => look.close());

/** A person's hands, counted. */
class Hands {
  keys = 0;
  clicks = 0;
  constructor(readonly page: Page) {}
  async key(...keys: string[]): Promise<void> {
    for (const one of keys) {
      this.keys += one.includes("+") ? 2 : 1;
      await this.page.keyboard.press(one);
    }
  }
  async type(text: string): Promise<void> {
    this.keys += [...text].length;
    await this.page.keyboard.insertText(text);
  }
  async click(name: string): Promise<void> {
    this.clicks += 1;
    await this.page.click(id(name));
  }
  /** Waits until the focus is where the screen puts it by itself. */
  async at(start: string): Promise<void> {
    await this.page.waitForFunction((wanted) => document.activeElement?.id.startsWith(wanted), start);
  }
  async sees(name: string): Promise<void> {
    await this.page.waitForSelector(id(name));
  }
}

async function open(hands: Hands): Promise<void> {
  await hands.sees("today-screen");
  await hands.key("n");
  await hands.at("new-visit-station");
  await hands.type("后榆");
  await hands.page.waitForSelector(".el-select-dropdown__item:visible");
  await hands.key("Enter", "Control+Enter");
  await hands.sees("item-C4-01");
  await hands.click("import-folder");
  await hands.sees("import-report");
  await hands.key("Escape");
  await hands.page.waitForSelector(id("import-report"), { state: "detached" });
}

/** What the item must say: digits for choices, the rest typed, Enter from field to field. Whether the focus stays in a text field. */
async function answer(hands: Hands, item: Item): Promise<boolean> {
  const required = item.fields.filter((field) => field.required);
  for (const field of required) if (BY_DIGIT.includes(field.kind.type)) await hands.key(WRONG.includes(item.code) ? "2" : "1");
  const typed = required.filter((field) => !BY_DIGIT.includes(field.kind.type));
  for (const [at, field] of typed.entries()) {
    if (at > 0) await hands.key("Enter");
    await hands.page.waitForFunction((key) => document.activeElement?.closest(`[data-testid="field-${key}"]`), field.key);
    if (field.kind.type === "sample") {
      await hands.type("5");
      await hands.key("Enter");
      await hands.type("4");
    } else await hands.type(TYPED[field.key] ?? "");
  }
  return typed.length > 0;
}

async function finding(hands: Hands, first: boolean): Promise<void> {
  await hands.key("f");
  await hands.at("finding-severity");
  await hands.key("2");
  if (first) {
    await hands.key("Enter");
    await hands.at("finding-unit-0");
    await hands.type("县电商服务中心");
  }
  for (const name of ["finding-facts", "finding-requirement", "finding-deadline", "finding-unit-0"]) expect(await hands.page.inputValue(id(name)), name).not.toBe("");
  expect(await hands.page.$$eval('[data-testid="finding-dialog"] [data-testid^="finding-photo-"][data-selected="yes"]', (all) => all.length)).toBeGreaterThan(0);
  expect(await hands.page.getAttribute(id("finding-severity-major"), "aria-checked")).toBe("true");
  await hands.key("Control+Enter");
  await hands.page.waitForSelector(id("finding-dialog"), { state: "detached" });
}

async function items(hands: Hands): Promise<void> {
  for (const [at, item] of pack.items.entries()) {
    await hands.sees(`item-${item.code}`);
    const inField = await answer(hands, item);
    const photos = PHOTOS[item.code] ?? 0;
    const wrong = WRONG.includes(item.code);
    if (inField && (photos || wrong)) await hands.key("Escape");
    // Space ties the last photo and leads on; where a finding follows, it waits.
    const onwards = photos > 0 && !wrong;
    for (let n = onwards ? 1 : 0; n < photos; n += 1) {
      await hands.key("p");
      await hands.page.waitForFunction(([code, count]) => document.querySelectorAll(`[data-testid="item-${code}"] [data-testid^="item-photo-"][data-name]`).length === count, [item.code, onwards ? n : n + 1] as const);
    }
    if (wrong) await finding(hands, item.code === WRONG[0]);
    if (at + 1 === pack.items.length) continue;
    await hands.key(onwards ? "Space" : "Enter");
  }
}

async function seal(hands: Hands): Promise<void> {
  await hands.key("Control+Enter");
  await hands.sees("seal-screen");
  await hands.at("gap-end-now");
  await hands.key("Enter");
  await hands.sees("signature-canvas");
  expect(await hands.page.inputValue(id("countersign-name"))).not.toBe("");
  expect(await hands.page.inputValue(id("countersign-role"))).not.toBe("");
  await hands.page.locator(id("signature-canvas")).scrollIntoViewIfNeeded();
  const box = await hands.page.locator(id("signature-canvas")).boundingBox();
  if (!box) throw new Error("no canvas");
  hands.clicks += 1;
  await hands.page.mouse.move(box.x + 60, box.y + 60);
  await hands.page.mouse.down();
  await hands.page.mouse.move(box.x + 260, box.y + 100, { steps: 8 });
  await hands.page.mouse.up();
  await hands.at("countersign-save");
  await hands.key("Enter");
  await hands.sees("countersign-done");
  await hands.at("pass-");
  await hands.type("goodgood");
  await hands.key("Tab");
  await hands.type("goodgood");
  await hands.key("Enter");
  await hands.sees("seal-done");
}

it("a visit costs no more key strokes and clicks than it did", async () => {
  const page = await look.open("/index.html#/today");
  const hands = new Hands(page);
  await open(hands);
  await items(hands);
  expect(await page.textContent(id("visit-counts"))).toMatch(/22\/22.*2/);
  await seal(hands);
  console.log(`C4, ${pack.items.length} items, 10 photos, 2 findings: ${hands.keys} key strokes and ${hands.clicks} clicks`);
  expect(hands.keys).toBeLessThanOrEqual(MOST.keys);
  expect(hands.clicks).toBeLessThanOrEqual(MOST.clicks);
  await page.context().close();
});
