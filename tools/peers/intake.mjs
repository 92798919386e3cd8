// exiftool's metadata and sharp's thumbnails of the files named, two at a time: how a program of today takes photos in.
// usage: node intake.mjs FOLDER-FOR-THUMBNAILS FILE…; prints {"seconds", "peak_kib"}
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import sharp from "sharp";

const [folder, ...files] = process.argv.slice(2);
// Two pictures at a time, each on one thread, is two threads in all.
sharp.concurrency(1);
sharp.cache(false);
const run = promisify(execFile);
const started = performance.now();

async function half(own) {
  // One exiftool for many files is its best case; it runs beside this half's thumbnails as it would beside an importer's.
  await run("exiftool", ["-json", "-n", "-q", ...own], { maxBuffer: 1 << 28 }).catch(() => undefined);
  for (const file of own) {
    const bytes = await readFile(file);
    createHash("sha256").update(bytes).digest();
    await sharp(bytes).rotate().resize(320, 320, { fit: "inside" }).jpeg({ quality: 78 }).toFile(join(folder, `${basename(file)}.jpg`));
  }
}

const middle = Math.ceil(files.length / 2);
await Promise.all([half(files.slice(0, middle)), half(files.slice(middle))]);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, peak_kib: process.resourceUsage().maxRSS }));
