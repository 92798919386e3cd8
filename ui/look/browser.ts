/** Chromium over the screens as they are built for looking at. */
import { fileURLToPath } from "node:url";
import { mkdirSync } from "node:fs";
import { chromium, type Browser, type Page, type Route } from "playwright-core";
import { preview } from "vite";

const UI = fileURLToPath(new URL("..", import.meta.url));
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const LOOKS = ["light", "dark", "daylight"] as const;
export type Look = (typeof LOOKS)[number];
/** The panel of a laptop in the field, and the same at a zoom of 200 %. */
export const PANEL = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
export const ZOOMED = { width: 683, height: 384 };

export interface Eyes {
  /** A page of its own, with nothing remembered. */
  open(path: string): Promise<Page>;
  /** The same as a telephone shows it, of somebody who reads a language; what it asks for, `answer` gives. */
  phone(path: string, locale: string, answer: (route: Route) => Promise<void>): Promise<Page>;
  close(): Promise<void>;
}

/** `bare` is a computer that has no fonts but those in a folder. */
export async function eyes(bare?: string): Promise<Eyes> {
  const server = await preview({ root: UI, build: { outDir: "dist-fake" }, preview: { port: 0, host: "127.0.0.1" }, logLevel: "error", configFile: false });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("the screens are not served");
  const browser: Browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ARGS, env: { ...process.env, ...(bare ? { FONTCONFIG_FILE: bare } : {}) } as Record<string, string> });
  return {
    async open(path) {
      const context = await browser.newContext({ viewport: PANEL, locale: "zh-CN", reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${address.port}${path}`);
      return page;
    },
    async phone(path, locale, answer) {
      const context = await browser.newContext({ viewport: PHONE, locale, isMobile: true, hasTouch: true });
      const page = await context.newPage();
      await page.route(`**${path}**`, answer);
      await page.goto(`http://127.0.0.1:${address.port}${path}`);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Puts on a look, as the menu does. */
export function wear(page: Page, look: Look, text: "normal" | "large" = "normal"): Promise<void> {
  return page.evaluate(
    ([l, t]) => {
      document.documentElement.dataset["look"] = l;
      document.documentElement.dataset["text"] = t;
      document.documentElement.classList.toggle("dark", l === "dark");
    },
    [look, text] as const,
  );
}

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Lets the screen speak a language, as the menu does. */
export async function speak(page: Page, language: Language): Promise<void> {
  await page.evaluate((wanted) => {
    const app = (document.querySelector("#app") as unknown as { __vue_app__: { config: { globalProperties: { $pinia: { state: { value: Record<string, { language: string }> } } } } } }).__vue_app__;
    app.config.globalProperties.$pinia.state.value["preferences"]!.language = wanted;
  }, language);
  await page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), language);
}

/** Keeps a picture where XUNZHAN_LOOK_PICTURES says, for a person's eyes. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["XUNZHAN_LOOK_PICTURES"];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
