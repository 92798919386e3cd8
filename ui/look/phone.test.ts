/** The pages that a laptop serves to a phone: axe finds nothing on them, and they say what arrived and what the phone left out. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eyes, picture, type Eyes } from "./browser";
import { axe, sideways, small } from "./faults";

const FIELD = fileURLToPath(new URL("../../crates/field/src/", import.meta.url));
const PATH = "/of-a-phone";
const LOCALES = ["zh-CN", "en-GB"] as const;
/** Bytes of a piece, as the page sends them, and of a file of three. */
const PIECE = 1024 * 1024;
const SIZE = 2 * PIECE + 7;

let look: Eyes;
beforeAll(async () => {
  look = await eyes();
});
afterAll(() => look.close());

const html = (name: string) => readFileSync(`${FIELD}${name}`, "utf8").replaceAll("{base}", PATH).replaceAll("{link}", `${PATH}/record.pdf`).replaceAll("{size_kb}", "412");
const faults = async (page: Page) => [...(await axe(page)), ...(await sideways(page)), ...(await small(page))];

/** A laptop as the page knows it, whose line breaks once in the middle. */
function laptop(script: string) {
  const offsets: number[] = [];
  let there = 0;
  let broken = false;
  const answer = async (route: Route): Promise<void> => {
    const request = route.request();
    const below = new URL(request.url()).pathname.slice(PATH.length);
    if (below === "" || below === "/") return route.fulfill({ contentType: "text/html; charset=utf-8", body: script });
    if (below === "/page.js") return route.fulfill({ contentType: "text/javascript; charset=utf-8", body: readFileSync(`${FIELD}receive/phone.js`, "utf8") });
    if (request.method() === "POST") return route.fulfill({ json: { id: "1", offset: there } });
    if (request.method() === "GET") return route.fulfill({ json: { state: "taken", missing: ["position"] } });
    offsets.push(Number(request.headers()["upload-offset"]));
    if (offsets.length === 2 && !broken) {
      broken = true;
      return route.abort("connectionreset");
    }
    there = Math.min(SIZE, offsets.at(-1)! + PIECE);
    return route.fulfill({ json: { offset: there } });
  };
  return { answer, offsets };
}

it.each(LOCALES)("the page for photos, in %s, goes on after a break and says what the phone left out", async (locale) => {
  const { answer, offsets } = laptop(html("receive/phone.html"));
  const page = await look.phone(PATH, locale, answer);
  await page.waitForFunction(() => document.querySelector("h1")?.textContent);
  await picture(page, `phone-${locale}`);
  expect(await faults(page)).toEqual([]);
  await page.setInputFiles("#files", { name: "IMG_0001.HEIC", mimeType: "image/heic", buffer: Buffer.alloc(SIZE, 1) });
  await page.waitForSelector("#list .lack:not([hidden])");
  await page.waitForFunction(() => (document.getElementById("hint") as HTMLElement).hidden === false);
  expect(offsets).toEqual([0, PIECE, PIECE, 2 * PIECE]);
  expect(await page.textContent("#list")).toContain(locale === "zh-CN" ? "没有位置" : "no position");
  expect(await page.textContent("#list")).not.toMatch(/完整|whole/);
  await picture(page, `phone-${locale}-taken`);
  expect(await faults(page)).toEqual([]);
  await page.context().close();
});

it.each(["receive/taken.html", "give/page.html", "give/busy.html"])("%s can be read by everybody", async (name) => {
  const page = await look.phone(PATH, "zh-CN", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html(name) }));
  await picture(page, `phone-${name.replace(/\W/g, "-")}`);
  expect(await faults(page)).toEqual([]);
  const low = await page.evaluate(() => [...document.querySelectorAll("a")].map((one) => one.getBoundingClientRect().height).filter((height) => height < 40));
  expect(low).toEqual([]);
  await page.context().close();
});
