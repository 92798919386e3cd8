/** Finds sections of the guide by what they say: every word must stand in the section, its heading or its page's title. */
import type { GuidePage, GuideSection } from "@/shared/guide-pages";

export interface Hit {
  page: GuidePage;
  section: GuideSection;
  /** Text around the first word, in pieces; those with `found` are what was looked for. */
  excerpt: { text: string; found: boolean }[];
}

const BEFORE = 16;
const AFTER = 48;
const MOST = 40;

export function search(pages: readonly GuidePage[], query: string): Hit[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits: { rank: number; hit: Hit }[] = [];
  for (const page of pages) {
    for (const section of page.sections) {
      const heading = `${page.title} ${section.heading}`.toLowerCase();
      const text = section.text.toLowerCase();
      if (!words.every((word) => heading.includes(word) || text.includes(word))) continue;
      const rank = words.filter((word) => heading.includes(word)).length;
      hits.push({ rank, hit: { page, section, excerpt: excerpt(section.text, words) } });
    }
  }
  return hits.toSorted((a, b) => b.rank - a.rank).slice(0, MOST).map(({ hit }) => hit);
}

function excerpt(text: string, words: readonly string[]): Hit["excerpt"] {
  const low = text.toLowerCase();
  const places = words.map((word) => low.indexOf(word)).filter((at) => at >= 0);
  const from = Math.max(0, Math.min(...(places.length ? places : [0])) - BEFORE);
  const part = text.slice(from, from + BEFORE + AFTER);
  const pieces: Hit["excerpt"] = from > 0 ? [{ text: "…", found: false }] : [];
  let at = 0;
  while (at < part.length) {
    const rest = part.slice(at).toLowerCase();
    const next = words.map((word) => ({ word, start: rest.indexOf(word) })).filter(({ start }) => start >= 0).toSorted((a, b) => a.start - b.start)[0];
    if (!next) break;
    if (next.start > 0) pieces.push({ text: part.slice(at, at + next.start), found: false });
    pieces.push({ text: part.slice(at + next.start, at + next.start + next.word.length), found: true });
    at += next.start + next.word.length;
  }
  pieces.push({ text: part.slice(at), found: false });
  if (from + part.length < text.length) pieces.push({ text: "…", found: false });
  return pieces;
}
