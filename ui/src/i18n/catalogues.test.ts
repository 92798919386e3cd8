import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en";
import { makeI18n } from ".";
import zh from "./zh";

const ROOT = join(import.meta.dirname, "..");
const CRATES = join(ROOT, "../../crates");
const read = (path: string) => readFileSync(path, "utf8");

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}
function flat(tree: object, before = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") all.set(before + key, value);
    else for (const [inner, text] of flat(value as object, `${before}${key}.`)) all.set(inner, text);
  }
  return all;
}

const chinese = flat(zh);
const english = flat(en);
const sources = files(ROOT).filter((path) => /\.(vue|ts)$/.test(path) && !/\.test\.ts$|contract\.ts$|components\.d\.ts$|\/i18n\/|\/test\/|\/host\/fake[\w-]*\.ts$/.test(path));
const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].toSorted();
/** Variants of an enum in a Rust source, as their serde names. */
function variants(path: string, name: string): string[] {
  const body = read(path).split(`pub enum ${name} {`)[1]?.split("\n}")[0] ?? "";
  return [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map((match) => match[1]!.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase());
}

describe("catalogues", () => {
  it("hold the same keys and name the same values", () => {
    expect([...english.keys()].toSorted()).toEqual([...chinese.keys()].toSorted());
    for (const [key, text] of chinese) expect(names(english.get(key)!), key).toEqual(names(text));
  });

  it("hold every key that a screen names", () => {
    const missing: string[] = [];
    for (const path of sources) {
      for (const match of read(path).matchAll(/\bt\(\s*"([\w.]+)"/g)) if (!chinese.has(match[1]!)) missing.push(`${path}: ${match[1]}`);
      // t(`error.${code}`): something must stand below the fixed part.
      for (const match of read(path).matchAll(/\bt\(\s*`([\w.]+)\.\$\{/g)) {
        if (![...chinese.keys()].some((key) => key.startsWith(`${match[1]}.`))) missing.push(`${path}: ${match[1]}.…`);
      }
    }
    expect(missing).toEqual([]);
  });

  it("are the only place of text", () => {
    const outside: string[] = [];
    for (const path of sources) {
      const text = read(path).replace(/\/\*[\s\S]*?\*\//g, "").replace(/<!--[\s\S]*?-->/g, "");
      text.split("\n").forEach((line, at) => {
        const code = line.replace(/(^|\s)\/\/.*$/, "");
        // Marks and the characters that people type into dates and numbers are not text.
        if (/[\u3400-\u9fff]/.test(code.replace(/[年月日]/g, "").replace(/"／"/g, ""))) outside.push(`${path}:${at + 1} ${line.trim()}`);
      });
    }
    expect(outside).toEqual([]);
  });

  it("have a sentence in three parts for every error", () => {
    const codes = [...(/export type ErrorCode = ([^;]+);/.exec(read(join(ROOT, "contract.ts")))?.[1] ?? "").matchAll(/"(\w+)"/g)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(20);
    expect(Object.keys(zh.error).toSorted()).toEqual(codes.toSorted());
    for (const code of codes) for (const part of ["happened", "safe", "act"]) expect(chinese.get(`error.${code}.${part}`), `${code}.${part}`).toMatch(/。$/);
  });

  it("have a sentence for every rule that can refuse", () => {
    const rules = variants(join(CRATES, "domain/src/decide.rs"), "Refusal");
    expect(rules).toContain("no_countersign");
    const more = files(join(CRATES, "field/src"))
      .filter((path) => path.endsWith(".rs"))
      .flatMap((path) => [...read(path).matchAll(/Error::Rule\("(\w+)"\)/g)].map((match) => match[1]!));
    for (const rule of [...rules, ...more]) expect(chinese.has(`refusal.${rule}.happened`) && chinese.has(`refusal.${rule}.act`), rule).toBe(true);
  });

  it("have a sentence for every reason of an import and every gap of a seal", () => {
    const reasons = variants(join(CRATES, "field/src/intake/reason.rs"), "Refusal");
    const unseen = variants(join(CRATES, "field/src/intake/reason.rs"), "NoPreview");
    expect(reasons).toContain("no_permission");
    expect(unseen).toContain("too_large");
    for (const reason of reasons) expect(chinese.has(`import_reason.${reason}`), reason).toBe(true);
    for (const reason of unseen) expect(chinese.has(`preview_reason.${reason}`), reason).toBe(true);
    const kinds = /Kind: (`[^.]+)\./.exec(read(join(CRATES, "contract/src/field.rs")))?.[1] ?? "";
    const gaps = [...kinds.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
    expect(gaps.length).toBeGreaterThan(5);
    for (const gap of gaps) expect(chinese.has(`gap.${gap}`), gap).toBe(true);
  });

  it("can all be formatted, and raise no voice", () => {
    for (const language of ["zh", "en"] as const) {
      const { t } = makeI18n(language).global;
      for (const [key, text] of language === "zh" ? chinese : english) {
        const values = Object.fromEntries(names(text).map((name) => [name, "7"]));
        expect(t(key, values), key).toBe(text.replace(/\{\w+\}/g, "7"));
        expect(text, key).not.toMatch(/[!！]/);
      }
    }
  });
});
