/** Reads the user guide's Markdown and renders it, when the screens are built: no mark-up from outside is rendered later. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Marked, type Token, type Tokens } from "marked";
import { GUIDE_GROUPS, type GuidePage, type GuidePageName } from "../src/shared/guide-pages.ts";

export type GuideLanguage = "zh" | "en";
export const NAMES: readonly GuidePageName[] = GUIDE_GROUPS.flatMap(({ pages }) => [...pages]);

/** The file of a page. */
export function fileOf(folder: string, name: GuidePageName, language: GuideLanguage): string {
  return join(folder, language === "en" ? `${name}.en.md` : `${name}.md`);
}

/** The address of a heading, as code hosts make it. */
export function anchorOf(heading: string): string {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** What stands for a picture's address until the bundler has given it one. */
export const PICTURE = /__GUIDE_PICTURE_(\d+)__/g;
export interface Built {
  page: GuidePage;
  /** Pictures by number, as paths. */
  pictures: string[];
}

/** A line break between Chinese characters is none. */
const joined = (text: string) => text.replace(/(^|[\p{Script=Han}\p{P}])\n(?=[\p{Script=Han}\p{P}]|$)/gu, "$1");
const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** Width and height of a WebP picture. */
export function sizeOf(file: string): [number, number] {
  const bytes = readFileSync(file);
  const kind = bytes.toString("latin1", 12, 16);
  if (kind === "VP8 ") return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
  if (kind === "VP8X") return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
  throw new Error(`${file} is no WebP picture of a kind that is used here`);
}

function plain(tokens: Token[] | undefined): string {
  return (tokens ?? []).map((token) => ("tokens" in token && token.tokens ? plain(token.tokens) : token.type === "image" ? "" : "text" in token ? String(token.text) : token.type === "br" ? " " : "")).join("");
}

/** Words of a block, for searching. */
function words(token: Token): string {
  if (token.type === "table") {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].map((row) => row.map((cell) => plain(cell.tokens)).join(" ")).join(" ");
  }
  if (token.type === "list") return (token as Tokens.List).items.map((item) => item.tokens.map(words).join(" ")).join(" ");
  return "tokens" in token && token.tokens ? plain(token.tokens) : "text" in token ? String(token.text) : "";
}

/** Renders one page. Fails on HTML, on links to elsewhere, and on pictures that are not there, unless they are still to be made. */
export function build(folder: string, name: GuidePageName, language: GuideLanguage, toBeMade = false): Built {
  const file = fileOf(folder, name, language);
  const pictures: string[] = [];
  const marked = new Marked({
    walkTokens(token) {
      if (language === "zh" && token.type === "text" && !("tokens" in token && token.tokens)) token.text = joined(token.text);
    },
    renderer: {
      html({ text }) {
        throw new Error(`${file} holds HTML: ${text.trim()}`);
      },
      link({ href, tokens }) {
        const to = /^(?:([\w-]+?)(?:\.en)?\.md)?(?:#(.+))?$/.exec(href);
        const page = to?.[1] ?? name;
        if (!to || !(NAMES as readonly string[]).includes(page)) throw new Error(`${file} leads to ${href}, which is no page of the guide`);
        const topic = to[2] ? `${page}#${decodeURIComponent(to[2])}` : page;
        return `<a href="#" data-guide="${escaped(topic)}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }) {
        const path = join(folder, href);
        if (toBeMade && !existsSync(path)) return "";
        if (!/^images\/[\w-]+\.webp$/.test(href) || !existsSync(path)) throw new Error(`${file} shows ${href}, which is not there`);
        const [width, height] = sizeOf(path);
        const at = pictures.push(path) - 1;
        return `<button type="button" class="picture" aria-expanded="false"><img src="__GUIDE_PICTURE_${at}__" alt="${escaped(text)}" width="${width}" height="${height}" loading="lazy" /></button>`;
      },
      table(token) {
        const cell = (one: Tokens.TableCell) => this.parser.parseInline(one.tokens);
        const head = token.header.map((one) => `<th scope="col">${cell(one)}</th>`).join("");
        const rows = token.rows.map((row) => `<tr>${row.map((one) => `<td>${cell(one)}</td>`).join("")}</tr>`).join("");
        return `<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
      },
    },
  });
  const tokens = marked.lexer(readFileSync(file, "utf8"));
  marked.walkTokens(tokens, marked.defaults.walkTokens ?? (() => undefined));
  const [title, ...rest] = tokens.filter((token) => token.type !== "space");
  if (title?.type !== "heading" || (title as Tokens.Heading).depth !== 1) throw new Error(`${file} does not begin with its title`);
  const parts: { heading: string; blocks: Token[] }[] = [{ heading: "", blocks: [] }];
  for (const token of rest) {
    if (token.type === "heading" && (token as Tokens.Heading).depth === 2) parts.push({ heading: plain((token as Tokens.Heading).tokens), blocks: [] });
    else parts.at(-1)!.blocks.push(token);
  }
  const sections = parts
    .filter(({ heading, blocks }) => heading !== "" || blocks.length > 0)
    .map(({ heading, blocks }) => ({
      anchor: anchorOf(heading),
      heading,
      html: marked.parser(blocks),
      text: blocks.map(words).join(" ").replace(/\s+/g, " ").trim(),
    }));
  return { page: { name, title: plain((title as Tokens.Heading).tokens), sections }, pictures };
}
