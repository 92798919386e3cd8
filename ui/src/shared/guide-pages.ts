/** The pages of the user guide, and what they are once built. */
/** The pages in the order in which they are read, by whom they are for; `docs/user-guide` holds one file for each. */
export const GUIDE_GROUPS = [
  { group: "start", pages: ["README", "day", "first-start", "people"] },
  {
    group: "inspector",
    pages: ["browser", "trip", "visit", "photos", "inbox", "gallery", "findings", "seal", "record", "paper", "lists", "returned", "two-laptops", "sync", "second-copy", "keys", "trouble"],
  },
  { group: "county", pages: ["console", "stations-import", "enrolment"] },
  { group: "technician", pages: ["install", "server"] },
  { group: "auditor", pages: ["verify"] },
  { group: "about", pages: ["about-pictures"] },
] as const;
export type GuidePageName = (typeof GUIDE_GROUPS)[number]["pages"][number];
/** A page, or a section of it by its anchor. */
export type GuideTopic = GuidePageName | `${GuidePageName}#${string}`;

/** A page as it is built from its Markdown. */
export interface GuidePage {
  name: GuidePageName;
  title: string;
  sections: GuideSection[];
}
export interface GuideSection {
  anchor: string;
  /** Empty above the first heading. */
  heading: string;
  html: string;
  /** The same without marks, for searching. */
  text: string;
}
