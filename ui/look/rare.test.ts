/** Rare characters in names are drawn, on a computer whose own fonts lack them too. */
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eyes, picture, type Eyes } from "./browser.ts";

const FONTS = join(import.meta.dirname, "../../assets/fonts");
let there: Eyes;

/** A computer with one Chinese font, which has no rare characters, and none besides. */
function computer(): string {
  const folder = mkdtempSync(join(tmpdir(), "fonts-"));
  cpSync(join(FONTS, "FandolHei-Regular.otf"), join(folder, "FandolHei-Regular.otf"));
  const config = join(folder, "fonts.conf");
  writeFileSync(config, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}</dir><cachedir>${folder}/cache</cachedir></fontconfig>`);
  return config;
}
beforeAll(async () => {
  there = await eyes(computer());
});
afterAll(() => there.close());

it("draws them with the font that comes along, and the rest with the computer's own", async () => {
  const page = await there.open("/index.html#/stations");
  await page.waitForSelector('[data-testid="list-scroller"]');
  await page.evaluate(() => {
    const sample = document.createElement("p");
    sample.id = "sample";
    sample.style.cssText = "position:fixed;inset:0 auto auto 0;z-index:99;font-size:40px";
    sample.textContent = "沈𬭼葛𪨶";
    document.body.append(sample);
  });
  await page.evaluate(() => document.fonts.load("40px 'Xunzhan Rare'", "𬭼𪨶").then(() => document.fonts.ready).then(() => undefined));
  const reach = await page.context().newCDPSession(page);
  await reach.send("DOM.enable");
  await reach.send("CSS.enable");
  const { root } = await reach.send("DOM.getDocument");
  const { nodeId } = await reach.send("DOM.querySelector", { nodeId: root.nodeId, selector: "#sample" });
  const { fonts } = await reach.send("CSS.getPlatformFontsForNode", { nodeId });
  const drawn = fonts.map((one) => [one.familyName, one.isCustomFont, one.glyphCount]).toSorted();
  expect(drawn).toEqual([
    ["FandolHei", false, 2],
    ["Noto Sans CJK SC", true, 2],
  ]);
  // A character that no font has would be the same box each time.
  const ink = (text: string) =>
    page.evaluate((one) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [60, 60];
      const pen = canvas.getContext("2d")!;
      pen.font = `48px ${getComputedStyle(document.body).fontFamily}`;
      pen.fillText(one, 4, 50);
      return canvas.toDataURL();
    }, text);
  const inks = await Promise.all(["𬭼", "𪨶", "\u{3FFFD}"].map(ink));
  expect(new Set(inks).size).toBe(3);
  await picture(page, "rare");
});
