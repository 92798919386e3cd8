/** What can be wrong with a page that a browser shows, whatever it shows. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Rules whose answer hangs on the colours; the others are asked once in each language. */
export const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** What axe finds, one line for each element. */
export async function axe(page: Page, only?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async (rules) => {
    const run = (window as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: Finding[] }> } }).axe;
    return (await run.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}) })).violations.map(({ id: rule, nodes }) => ({ id: rule, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) }));
  }, only);
  return (found as Finding[]).flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} ${(node.failureSummary ?? "").split("\n")[1]?.trim() ?? ""}`));
}

/** Elements that reach out of the window to the right, and boxes that scroll sideways. */
export function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const name = (one: Element) => `${one.tagName.toLowerCase()}.${String(one.className)} ${one.getAttribute("data-testid") ?? ""}`;
    const wide = [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return one.scrollWidth > one.clientWidth + 1 && ["auto", "scroll"].includes(style.overflowX) && one.clientWidth > 0 && !one.matches("textarea, .may-scroll");
    });
    const page = document.documentElement.scrollWidth > window.innerWidth + 1 ? ["the page itself"] : [];
    return [...page, ...wide.map(name)];
  });
}

/** What is pressed with a cold finger is so large, in px. */
const TARGET = 40;

/** Targets that are too low to be hit: links in running text and what stands in a row of a list, which is one itself, are none. */
export function small(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const all = [...document.querySelectorAll<HTMLElement>("button, select, input:not([type=checkbox], [type=radio]), [role=radio]")];
    const seen = all.filter((one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden" && !one.closest("[aria-hidden=true], [inert], [role=row], p, li, td, dd, figcaption"));
    const target = (one: HTMLElement) => one.closest<HTMLElement>(".el-input__wrapper, .el-select__wrapper, label") ?? one;
    return seen.filter((one) => target(one).getBoundingClientRect().height < least - 0.5).map((one) => `${one.dataset["testid"] ?? one.className} ${Math.round(target(one).getBoundingClientRect().height)}`);
  }, TARGET);
}
