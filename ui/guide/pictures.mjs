/**
 * Makes the user guide's pictures from those that the stories and `npm run look` leave behind:
 * node guide/pictures.mjs STORY LOOK. A name in `pictures.json` says where a picture comes from; all are remade, and what is named no longer goes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [story, look] = process.argv.slice(2);
if (!story || !look) throw new Error("say where the pictures of the stories are, and those of the look");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../../docs/user-guide/images");
const wanted = JSON.parse(readFileSync(here("pictures.json"), "utf8"));
const QUALITY = 0.78;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
mkdirSync(folder, { recursive: true });
const missing = [];
let total = 0;
for (const [name, sources] of Object.entries(wanted)) {
  // The window's picture is preferred; the browser's shows the same screen.
  const from = sources.map((source) => source.replace(/^story:(.*)$/, (_, file) => join(story, `${file}.png`)).replace(/^look:(.*)$/, (_, file) => join(look, `${file}.png`))).find(existsSync);
  if (!from) {
    missing.push(name);
    continue;
  }
  const bytes = await page.evaluate(
    async ([png, quality]) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      canvas.getContext("2d").drawImage(picture, 0, 0);
      const webp = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality })).arrayBuffer());
      return btoa(webp.reduce((text, byte) => text + String.fromCharCode(byte), ""));
    },
    [readFileSync(from).toString("base64"), QUALITY],
  );
  const webp = Buffer.from(bytes, "base64");
  total += webp.length;
  writeFileSync(join(folder, `${name}.webp`), webp);
}
await browser.close();
for (const file of readdirSync(folder)) if (file.endsWith(".webp") && !(file.slice(0, -5) in wanted)) rmSync(join(folder, file));
console.log(`${Object.keys(wanted).length - missing.length} pictures, ${Math.round(total / 1024)} KiB`);
if (missing.length > 0) {
  console.error(`not there, kept as they were: ${missing.join(" ")}`);
  process.exitCode = 1;
}
