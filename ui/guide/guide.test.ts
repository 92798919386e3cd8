/** The guide as it lies in `docs/user-guide`: whole, without dead ends, and no older than the screens. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../src/i18n/en.ts";
import zh from "../src/i18n/zh.ts";
import { GUIDE_GROUPS } from "../src/shared/guide-pages.ts";
import { anchorOf, build, fileOf, NAMES, type GuideLanguage } from "./pages.ts";

const FOLDER = join(import.meta.dirname, "../../docs/user-guide");
const LANGUAGES: readonly GuideLanguage[] = ["zh", "en"];
const pages = (language: GuideLanguage) => NAMES.map((name) => ({ file: fileOf(FOLDER, name, language), ...build(FOLDER, name, language) }));

/** Links of built pages that lead to a heading that is not there. */
function deadEnds(built: ReturnType<typeof pages>): string[] {
  return built.flatMap(({ file, page }) =>
    page.sections
      .flatMap(({ html }) => [...html.matchAll(/data-guide="([^"#]+)#([^"]+)"/g)])
      .filter(([, name, anchor]) => !built.find((one) => one.page.name === name)?.page.sections.some((one) => one.anchor === anchor))
      .map(([, name, anchor]) => `${file}: ${name}#${anchor}`),
  );
}
/** A folder with one page. */
function planted(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "guide-"));
  writeFileSync(join(folder, "visit.md"), text);
  return folder;
}

describe("the user guide", () => {
  it("holds a page in both languages for every name, and no other page", () => {
    const there = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
    expect(there.toSorted()).toEqual(NAMES.flatMap((name) => [`${name}.md`, `${name}.en.md`]).toSorted());
  });

  it("leads nowhere that is not there, shows nothing that is not there, and shows every picture", () => {
    const shown = new Set<string>();
    for (const language of LANGUAGES) {
      const built = pages(language);
      expect(deadEnds(built)).toEqual([]);
      for (const one of built.flatMap(({ pictures }) => pictures)) shown.add(one);
    }
    const images = join(FOLDER, "images");
    const kept = readdirSync(FOLDER).includes("images") ? readdirSync(images).filter((name) => name.endsWith(".webp")).map((name) => join(images, name)) : [];
    expect(kept.toSorted()).toEqual([...shown].toSorted());
  });

  it("lists all its pages on the first one, in their order", () => {
    const order = GUIDE_GROUPS.flatMap(({ pages: names }) => names.filter((name) => name !== "README"));
    for (const language of LANGUAGES) {
      const listed = [...readFileSync(fileOf(FOLDER, "README", language), "utf8").matchAll(/\]\(([\w-]+?)(?:\.en)?\.md\)/g)].map((match) => match[1]!);
      expect([...new Set(listed)], language).toEqual(order);
    }
  });

  it("leaves no mark of Markdown in what is read", () => {
    for (const language of LANGUAGES) {
      for (const { file, page } of pages(language)) {
        for (const { html, text } of page.sections) {
          const read = html.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, "").replace(/<[^>]*>/g, "");
          expect(read, file).not.toMatch(/\*\*|`|\]\(|^\|/m);
          expect(text, file).not.toMatch(/<\w/);
        }
      }
    }
  });

  it("refuses HTML, dead links and missing pictures when it is built", () => {
    expect(() => build(planted("# a\n\n<b>x</b>\n"), "visit", "zh")).toThrow("holds HTML");
    expect(() => build(planted("# a\n\n[x](nothing.md)\n"), "visit", "zh")).toThrow("no page of the guide");
    expect(() => build(planted("# a\n\n[x](https://example.org/)\n"), "visit", "zh")).toThrow("no page of the guide");
    expect(() => build(planted("# a\n\n![x](images/x.webp)\n"), "visit", "zh")).toThrow("is not there");
    expect(() => build(planted("text\n"), "visit", "zh")).toThrow("title");
    const whole = build(planted("# a\n\n## b\n\n[x](#c) [y](seal.md#z) [z](visit.en.md)\n"), "visit", "zh");
    expect(deadEnds([{ file: "visit.md", ...whole }])).toHaveLength(2);
  });

  it("joins lines of Chinese without a space, and lines of English with one", () => {
    const [section] = build(planted("# a\n\n一行，\n二**行**\n三\none\ntwo\n"), "visit", "zh").page.sections;
    expect(section?.html.trim()).toBe("<p>一行，二<strong>行</strong>三\none\ntwo</p>");
    expect(section?.text).toBe("一行，二行三 one two");
    const english = mkdtempSync(join(tmpdir(), "guide-"));
    writeFileSync(join(english, "visit.en.md"), "# a\n\none,\n“two”\n");
    expect(build(english, "visit", "en").page.sections[0]?.text).toBe("one, “two”");
  });

  it("makes anchors as code hosts do", () => {
    expect(anchorOf("由县里取回")).toBe("由县里取回");
    expect(anchorOf("What “saved” means: 1, 2")).toBe("what-saved-means-1-2");
  });
});

describe("the guide and the screens", () => {
  const sources = readdirSync(join(import.meta.dirname, "../src"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(vue|ts)$/.test(name) && !name.includes(".test."))
    .map((name) => readFileSync(join(import.meta.dirname, "../src", name), "utf8"));
  /** Keys as printed in the lists that `?` shows. */
  const shown = new Set(
    sources.flatMap((text) => [...text.matchAll(/\[(?:"([^"]+)"|'([^']+)'), (?:"(\w+)"|'(\w+)')\]/g)]).filter((match) => (match[3] ?? match[4]!) in zh.keys).map((match) => match[1] ?? match[2]!),
  );
  /** Keys in the first column of a page's tables. */
  const told = (language: GuideLanguage) => new Set([...readFileSync(fileOf(FOLDER, "keys", language), "utf8").matchAll(/^\| ([^|]+?) \|/gm)].map((match) => match[1]!).filter((key) => !/^(-+|按键|Keys?)$/.test(key)));
  /** Sentences of errors that a page does not hold. */
  const untold = (errors: Record<string, { happened: string }>, text: string) => Object.entries(errors).filter(([, { happened }]) => !text.includes(happened)).map(([code, { happened }]) => `${code}: ${happened}`);

  it("name the same keys", () => {
    expect(shown.size).toBeGreaterThan(15);
    for (const language of LANGUAGES) expect([...told(language)].toSorted()).toEqual([...shown].toSorted());
  });

  it("say the same when something goes wrong: add a line to trouble.md and trouble.en.md for every error", () => {
    const page = (language: GuideLanguage) => readFileSync(fileOf(FOLDER, "trouble", language), "utf8");
    expect(untold(zh.error, page("zh"))).toEqual([]);
    expect(untold(en.error, page("en"))).toEqual([]);
    expect(untold({ planted: { happened: "没有这样的事。" } }, page("zh"))).toHaveLength(1);
  });
});
