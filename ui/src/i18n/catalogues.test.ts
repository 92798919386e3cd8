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

/** What is the same in both languages and is no word. */
const MARKS = /SHA-256|^[A-Z]$|^(Ctrl|Enter|Shift|Esc)( (Ctrl|Enter|Shift|Esc|[A-Z]))*$/g;
/** Words that stand in a template as they are: between its tags, or in attributes that a person reads or hears. */
function wordsIn(source: string): string[] {
  const template = /<template>([\s\S]*)<\/template>/.exec(source.replace(/<!--[\s\S]*?-->/g, ""))?.[1] ?? "";
  // Values of attributes hold ">" too, so they go first.
  const bare = template.replace(/="[^"]*"/g, "");
  const between = [...bare.replace(/\{\{[\s\S]*?\}\}/g, " ").matchAll(/>([^<>]*)</g)].map((match) => match[1]!.replace(/\s+/g, " ").trim());
  const spoken = [...template.matchAll(/\s(?:title|placeholder|aria-label|alt|label)="([^"]*)"/g)].map((match) => match[1]!);
  const literals = [...bare.matchAll(/\{\{([\s\S]*?)\}\}/g)].flatMap((match) => [...match[1]!.matchAll(/"([^"]*)"|'([^']*)'/g)].map((literal) => literal[1] ?? literal[2]!)).filter((text) => /\S\s+\S|[\u3001-\u9fff]/.test(text));
  return [...between, ...spoken, ...literals].filter((text) => /[A-Za-z\u3400-\u9fff]{2,}/.test(text.replace(MARKS, "")));
}
/** Keys of a catalogue that no source names: whole, or by the fixed part before a value. */
function unused(keys: Iterable<string>, texts: string[]): string[] {
  const named = new Set(texts.flatMap((text) => [...text.matchAll(/["'`]([a-z_]\w*(?:\.\w+)+)["'`]/g)].map((match) => match[1]!)));
  const begun = [...new Set(texts.flatMap((text) => [...text.matchAll(/`([a-z_]\w*(?:\.\w+)*[._])\$\{/g)].map((match) => match[1]!)))];
  return [...keys].filter((key) => !named.has(key) && !begun.some((prefix) => prefix.includes(".") && key.startsWith(prefix)));
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

  it("hold no key that nothing names", () => {
    expect(unused(chinese.keys(), sources.map(read))).toEqual([]);
    expect(unused(["a.b", "c.d", "e.f_g"], ['t("a.b")', "t(`e.f_${x}`)"])).toEqual(["c.d"]);
  });

  it("are the only place of words in a template", () => {
    const found = sources.filter((path) => path.endsWith(".vue")).flatMap((path) => wordsIn(read(path)).map((text) => `${path}: ${text}`));
    // A date shown as an example of how to type one is no word.
    expect(found.filter((line) => !/: [\d:-]+$/.test(line))).toEqual([]);
    expect(wordsIn('<template><p title="Hello there">{{ t("a.b") }} world</p><b>{{ ok ? "so it is" : "" }}</b><kbd>Ctrl Enter</kbd></template>')).toEqual(["world", "Hello there", "so it is"]);
  });

  it("are the only place of text", () => {
    const outside: string[] = [];
    for (const path of sources) {
      const text = read(path).replace(/\/\*[\s\S]*?\*\//g, "").replace(/<!--[\s\S]*?-->/g, "");
      text.split("\n").forEach((line, at) => {
        const code = line.replace(/(^|\s)\/\/.*$/, "");
        // Marks and the characters that people type into dates and numbers are not text.
        if (/[\u3001-\u3002\u3400-\u9fff\uff08\uff09]/.test(code.replace(/[年月日]/g, "").replace(/"／"/g, ""))) outside.push(`${path}:${at + 1} ${line.trim()}`);
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
    const unseen = variants(join(CRATES, "intake/src/reason.rs"), "NoPreview");
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
