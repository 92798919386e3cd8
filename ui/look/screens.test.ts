/** On every screen, in every look: axe finds nothing, nothing scrolls sideways, and what a screen is for stays in reach. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eyes, LANGUAGES, LOOKS, PANEL, picture, speak, wear, ZOOMED, type Eyes } from "./browser";
import { axe, OF_COLOURS, sideways, small } from "./faults";
import { id, reach, SCREENS } from "./screens";

let look: Eyes;
beforeAll(async () => {
  look = await eyes();
});
afterAll(() => look.close());

/** Buttons of a screen's purpose that cannot be seen and pressed, even after scrolling to them. */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const missing: string[] = [];
    for (const one of document.querySelectorAll<HTMLElement>(".el-button--primary, button.primary, a.primary")) {
      if (one.closest("[aria-hidden=true], [inert]") || getComputedStyle(one).visibility === "hidden" || one.getClientRects().length === 0) continue;
      const dialog = document.querySelector(".el-overlay:not([style*='none']), .el-popover:not([style*='none']), .viewer");
      if (dialog && !dialog.contains(one)) continue;
      one.scrollIntoView({ block: "nearest" });
      const box = one.getBoundingClientRect();
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (!hit || !(one.contains(hit) || hit.contains(one))) missing.push(`${one.dataset["testid"] ?? one.textContent} at ${Math.round(box.left)},${Math.round(box.top)}`);
    }
    return missing;
  });
}

// Several at once: most of the time is the browser's, which has a process for each page.
describe("every screen in every look, size and language", () => {
  it.concurrent.each(SCREENS)("$name", async (screen) => {
    const page = await reach(look.open, screen);
    const faults: string[] = [];
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    for (const language of LANGUAGES) {
      await page.setViewportSize(PANEL);
      await speak(page, language);
      for (const one of LOOKS) {
        // Both languages wear the same colours.
        if (language === "en" && one !== "light") continue;
        await wear(page, one);
        await picture(page, `${screen.name}-${language}-${one}`);
        faults.push(...(await axe(page, one === "light" ? undefined : OF_COLOURS)).map((fault) => `${language} ${one}: ${fault}`));
      }
      await wear(page, "light", "large");
      await picture(page, `${screen.name}-${language}-large`);
      faults.push(...(await sideways(page)).map((fault) => `${language} large: sideways ${fault}`));
      await wear(page, "light");
      faults.push(...(await sideways(page)).map((fault) => `${language} ${PANEL.width}: sideways ${fault}`));
      faults.push(...(await small(page)).map((fault) => `${language}: small ${fault}`));
      await page.setViewportSize(ZOOMED);
      await picture(page, `${screen.name}-${language}-zoomed`);
      faults.push(...(await sideways(page)).map((fault) => `${language} ${ZOOMED.width}: sideways ${fault}`));
      faults.push(...(await outOfReach(page)).map((fault) => `${language} ${ZOOMED.width}: out of reach ${fault}`));
    }
    await page.context().close();
    expect([...faults, ...errors]).toEqual([]);
  });
});

describe("the eyes", () => {
  it("see a planted fault of each kind", async () => {
    const page = await reach(look.open, SCREENS.find((one) => one.name === "visits")!);
    expect(await axe(page)).toEqual([]);
    await page.evaluate(() => {
      const box = document.querySelector(".page")!;
      box.insertAdjacentHTML("beforeend", '<button class="primary" style="position:absolute;left:-999px">x</button><button style="height:30px">low</button><p style="color:#999;background:#aaa">faint</p><img src="data:," /><div style="width:3000px">wide</div>');
    });
    const found = await axe(page);
    expect(found.some((one) => one.startsWith("color-contrast"))).toBe(true);
    expect(found.some((one) => one.startsWith("image-alt"))).toBe(true);
    expect(await sideways(page)).not.toEqual([]);
    expect(await outOfReach(page)).toHaveLength(1);
    expect(await small(page)).toHaveLength(2);
    await page.context().close();
  });

  it("start in the remembered look, before anything is drawn", async () => {
    const page = await look.open("/index.html#/visits");
    await page.click(id("looks"));
    await page.click(id("look-dark"));
    await page.click(id("text-large"));
    // Only what stands in the head has run when the first script of the screens would.
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.reload({ waitUntil: "commit" });
    await page.waitForFunction(() => document.documentElement.dataset["look"] === "dark" && document.documentElement.dataset["text"] === "large");
    expect(await page.evaluate(() => document.documentElement.classList.contains("dark"))).toBe(true);
    await page.context().close();
  });
});
