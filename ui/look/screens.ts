/** Every screen and dialog of both faces, and the way there. */
import type { Page } from "playwright-core";
import county from "../../assets/demo/qinghe.json";

export interface Screen {
  name: string;
  path: string;
  /** What to press once the page is open, and what must be there in the end. */
  there: string;
  way?: (page: Page) => Promise<void>;
}

export const id = (name: string) => `[data-testid="${name}"]`;
const ONE = "#/visit/00000000-0000-7000-8000-000000000000";
const VISIT = `/index.html${ONE}`;
/** The visit as a word in the address makes it; see `src/host/fake-cases.ts`. */
const as = (word: string, rest = "") => `/index.html?${word}${ONE}${rest}`;
const COLLEAGUE = county.people[1]?.id ?? "";
const click = (...names: string[]) => async (page: Page) => {
  for (const name of names) await page.click(name.startsWith("[") ? name : id(name));
};
const key = (...keys: string[]) => async (page: Page) => {
  await page.waitForSelector(id("item-C4-01"));
  for (const one of keys) await page.keyboard.press(one);
};

/** Keys in the gallery, once its tiles are there. */
const gallery = (...keys: string[]) => async (page: Page) => {
  await page.waitForSelector(`${id("photo-grid")} img`);
  for (const one of keys) await page.keyboard.press(one);
};

/** Keys in the inbox, once its photos are there. */
const inbox = (...keys: string[]) => async (page: Page) => {
  await page.waitForSelector(`${id("inbox-grid")} img`);
  for (const one of keys) await page.keyboard.press(one);
};

/** Turns so many photos on. */
async function turn(page: Page, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await page.keyboard.press("ArrowRight");
}

/** Turns on to the first photo that has no picture. */
async function unseen(page: Page): Promise<void> {
  for (let n = 0; n < 80 && (await page.$(id("no-picture"))) === null; n++) await turn(page, 1);
}

/** A blurred part and an arrow on a copy. */
async function marking(page: Page): Promise<void> {
  await gallery("ArrowRight", "Enter")(page);
  await page.click(id("photo-mark"));
  await page.waitForSelector(id("mark-board"));
  for (const one of ["4", "Enter", "ArrowUp", "ArrowUp", "Shift+ArrowRight", "1", "Enter", "ArrowLeft"]) await page.keyboard.press(one);
}

/** Answers with a concern, and says of the next item that it was not checked. */
async function concern(page: Page): Promise<void> {
  await key("3", "ArrowDown", "0")(page);
  await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "item-reason");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowUp");
}

/** Ends the visit and has the station refuse, so that it can be sealed. */
async function ready(page: Page): Promise<void> {
  await page.click(id("visit-describe"));
  await page.click(id("describe-end-now"));
  await page.click(id("describe-save"));
  await page.click(id("visit-seal"));
  await page.click(id("countersign-refused"));
  await page.fill(id("countersign-reason"), "不同意第9项");
  await page.click(id("countersign-save"));
  await page.waitForSelector(id("countersign-done"));
}
/** Seals with so many signatures of the two. */
const sealed = (signatures: number) => async (page: Page) => {
  await ready(page);
  const fields = await page.$$('[data-testid^="seal-passphrase-"] input, input[data-testid^="seal-passphrase-"]');
  for (const field of fields.slice(0, signatures)) await field.fill("goodgood");
  await page.click(id("seal"));
  await page.waitForSelector('[data-testid="chip-phase"]:not([data-state="in_progress"])');
};
/** Opens a menu and takes a line of it. */
const menu = (of: string, line: string) => async (page: Page) => {
  await page.click(id(of));
  await page.locator(id(line)).click();
};
/** A visit of the console's list by its place there. */
const review = (at: number, ...then: string[]) => async (page: Page) => {
  await page.click(id("nav-visits"));
  await page.selectOption(id("review-sort"), "newest");
  await page.locator(id("review-row")).nth(at).click();
  await click(...then)(page);
};

/** Brings some file to the stations' page; the invented server reads what it likes. */
async function bring(page: Page): Promise<void> {
  await page.click(id("nav-stations"));
  await page.setInputFiles(id("stations-file"), { name: "站点台账.csv", mimeType: "text/csv", buffer: Buffer.from("x") });
  await page.waitForSelector(id("stations-line"));
}

export const SCREENS: readonly Screen[] = [
  { name: "start", path: "/index.html?phase=needs_card#/start", there: "card-pick", way: click("card-paste") },
  {
    name: "start-card",
    path: "/index.html?phase=needs_card#/start",
    there: "card-preview",
    way: click("card-pick"),
  },
  { name: "add-person", path: "/index.html?phase=needs_person#/people/new", there: "person-add" },
  { name: "unlock", path: "/index.html?phase=locked#/unlock", there: "unlock" },
  { name: "today", path: "/index.html#/today", there: "today-reached" },
  { name: "visits", path: "/index.html#/visits", there: "visits-screen" },
  { name: "new-visit", path: "/index.html#/visits", there: "new-visit-dialog", way: click("new-visit") },
  { name: "stations", path: "/index.html#/stations", there: "list-scroller" },
  { name: "all-visits", path: "/index.html#/visits/all", there: "list-filter-column", way: click("list-filter-open", "list-filter-sealed") },
  { name: "findings", path: "/index.html#/findings", there: "list-column-facts", way: click("list-columns-open") },
  { name: "photos", path: "/index.html#/photos/list", there: "list-save-name", way: click("list-saved-open") },
  { name: "gallery", path: "/index.html#/photos", there: "gallery-selected", way: gallery("Space", "ArrowRight", "ArrowDown", "Space") },
  { name: "gallery-filter", path: "/index.html#/photos", there: "list-chip-validity", way: async (page) => (await click("list-filter-open")(page), await page.selectOption(id("list-filter-column"), "validity"), await click("list-filter-withdrawn")(page)) },
  { name: "gallery-photo", path: "/index.html#/photos", there: "photo-facts", way: gallery("ArrowRight", "ArrowRight", "ArrowRight", "Enter") },
  { name: "gallery-zoomed", path: "/index.html#/photos", there: "photo-facts", way: gallery("ArrowRight", "Enter", "+", "+", "Shift+ArrowLeft") },
  { name: "gallery-mark", path: "/index.html#/photos", there: "mark-1", way: marking },
  { name: "gallery-copy", path: "/index.html#/photos", there: "custody-copy", way: async (page) => (await marking(page), await page.click(id("mark-save")), await page.waitForSelector(id("mark-dialog"), { state: "detached" }), await turn(page, 13)) },
  { name: "gallery-export", path: "/index.html#/photos", there: "export-saved", way: async (page) => (await gallery("Enter")(page), await click("photo-custody", "photo-export", "export-watermark")(page)) },
  { name: "gallery-compare", path: "/index.html#/photos", there: "compare-view", way: gallery("Space", "ArrowRight", "Space", "c") },
  { name: "inbox", path: "/index.html#/inbox", there: "inbox-selected", way: inbox("Space", "ArrowRight", "ArrowRight", "Space") },
  { name: "inbox-burst", path: "/index.html#/inbox", there: "inbox-grid", way: inbox("b", "ArrowRight", "ArrowRight") },
  { name: "inbox-end", path: "/index.html#/inbox", there: "inbox-section-none", way: inbox("End") },
  { name: "inbox-stations", path: "/index.html#/inbox", there: "inbox-section-none", way: inbox("End", "PageUp", "PageUp") },
  { name: "inbox-accept", path: "/index.html#/inbox", there: "inbox-accept", way: inbox("Control+a", "Enter") },
  { name: "inbox-visit", path: "/index.html#/inbox", there: "inbox-choose", way: inbox("s", "v") },
  { name: "inbox-items", path: "/index.html#/inbox", there: "inbox-choose", way: inbox("i") },
  {
    name: "inbox-corrected",
    path: "/index.html#/inbox",
    there: "inbox-selected",
    way: async (page) => {
      await inbox("Space", "i")(page);
      await page.fill(id("inbox-choose-search"), "2");
      await page.keyboard.press("Enter");
      await page.waitForSelector('[data-corrected="yes"]');
    },
  },
  {
    name: "inbox-done",
    path: "/index.html?inbox=refuses#/inbox",
    there: "inbox-result",
    way: async (page) => {
      await inbox("Control+a", "Enter")(page);
      await page.click(id("inbox-accept-confirm"));
    },
  },
  { name: "inbox-photo", path: "/index.html#/inbox", there: "photo-facts", way: inbox("ArrowRight", "o") },
  { name: "inbox-unseen", path: "/index.html#/inbox", there: "no-picture", way: async (page) => (await inbox("ArrowRight", "o")(page), await unseen(page)) },
  { name: "inbox-aside", path: "/index.html#/inbox", there: "inbox-section-aside", way: click("inbox-filter-aside") },
  { name: "inbox-empty", path: "/index.html?inbox=empty#/inbox", there: "inbox-empty" },
  { name: "inbox-keys", path: "/index.html#/inbox", there: "keys-overlay", way: inbox("?") },
  { name: "inbox-import", path: "/index.html#/inbox", there: "import-report", way: click("import-folder") },
  { name: "sync", path: "/index.html#/sync", there: "enrolment-fingerprint", way: click("enrolment-text-toggle") },
  { name: "copy-made", path: "/index.html#/sync", there: "copy-made", way: click("copy-make") },
  { name: "take-in", path: "/index.html#/sync", there: "take-in-passphrase", way: click("copy-find") },
  {
    name: "copy-taken",
    path: "/index.html#/sync",
    there: "copy-taken",
    way: async (page) => {
      await page.click(id("copy-find"));
      await page.fill(id("take-in-passphrase"), "goodgood");
      await page.click(id("take-in-start"));
      await page.waitForSelector(id("copy-taken"), { timeout: 10_000 });
    },
  },
  { name: "trip", path: "/index.html#/trip", there: "trip-verdict" },
  { name: "trip-blank", path: "/index.html#/trip", there: "blank-dialog", way: click("trip-blank") },
  { name: "trip-ready", path: "/index.html?ready#/trip", there: "trip-verdict" },
  { name: "visits-empty", path: "/index.html?empty#/visits", there: "visits-empty" },
  { name: "today-empty", path: "/index.html?empty#/today", there: "visits-empty" },
  { name: "new-station", path: "/index.html#/visits", there: "new-station", way: click("new-visit", "new-visit-new-station") },
  { name: "forgotten", path: `/index.html#/people/${COLLEAGUE}/forgotten`, there: "forgotten-screen" },
  { name: "cannot-open", path: "/index.html?fail=app_state:shell_closed", there: "cannot-open" },
  { name: "looks", path: "/index.html#/visits", there: "look-dark", way: click("looks") },
  { name: "visit", path: VISIT, there: "item-C4-01" },
  { name: "visit-concern", path: VISIT, there: "item-concerns", way: concern },
  { name: "visit-typed", path: `${VISIT}?item=C4-09`, there: "field-turnover-input" },
  { name: "visit-photos", path: VISIT, there: "photo-lines", way: click('[data-testid="tray-tiles"] figure:nth-of-type(4) [data-testid$="-face"]') },
  { name: "finding", path: VISIT, there: "finding-dialog", way: key("f") },
  { name: "finding-of-many-photos", path: VISIT.replace("#", "?photos=300#"), there: "finding-dialog", way: key("f") },
  { name: "describe", path: VISIT, there: "describe-dialog", way: click("visit-describe") },
  { name: "keys", path: VISIT, there: "keys-overlay", way: key("?") },
  {
    name: "import",
    path: VISIT,
    there: "import-report",
    way: async (page) => {
      await page.click(id("import-folder"));
      await page.waitForSelector(id("import-report"), { timeout: 10_000 });
    },
  },
  { name: "visit-failed", path: as("fail=answer_item:disk_full&fail=save_draft:disk_full"), there: "visit-failure", way: key("1") },
  { name: "visit-phone", path: VISIT, there: "phone-qr", way: click("import-phone", "phone-start") },
  { name: "visit-proposed", path: as("proposed&reaimed"), there: "chip-proposed" },
  { name: "visit-disputed", path: as("disputed", "?item=C4-04"), there: "item-disputed" },
  { name: "visit-uncovered", path: as("uncovered"), there: "uncovered" },
  { name: "visit-aborted", path: as("aborted"), there: "visit-aborted" },
  { name: "visit-abort", path: VISIT, there: "mistake-dialog", way: menu("mistake-menu", "mistake-abort") },
  { name: "visit-reaim", path: VISIT, there: "mistake-station", way: menu("mistake-menu", "mistake-reaim") },
  { name: "visit-paper", path: VISIT, there: "paper-dialog", way: menu("mistake-menu", "extra-paper") },
  {
    name: "visit-paper-mode",
    path: VISIT,
    there: "paper-mode",
    way: async (page) => {
      await menu("mistake-menu", "extra-paper")(page);
      await page.click(id("paper-begin"));
    },
  },
  { name: "visit-handover", path: VISIT, there: "handover-dialog", way: menu("mistake-menu", "extra-handover") },
  { name: "returned", path: as("returned", "?item=C4-04"), there: "returned-box" },
  { name: "seal-mended", path: as("returned", "/seal"), there: "seal-comparison" },
  { name: "seal-seconded", path: as("seconded", "/seal"), there: "hand-signs" },
  { name: "seal-second-later", path: VISIT, there: "seal-signers", way: sealed(1) },
  {
    name: "visit-hundreds",
    path: as("photos=500"),
    there: "photo-lines",
    way: async (page) => {
      await page.waitForSelector(`${id("tray-tiles")} img`);
      await page.evaluate(() => document.querySelector('[data-testid="tray-tiles"]')!.scrollTo({ top: 9_000 }));
      await page.click('[data-testid="photo-00000000-0000-7000-9000-000000000271-face"]');
    },
  },
  {
    name: "photo",
    path: VISIT,
    there: "photo-panel",
    way: click('[data-testid="tray-tiles"] figure:nth-of-type(5) [data-testid$="-open"]'),
  },
  {
    name: "photo-unseen",
    path: VISIT,
    there: "no-picture",
    way: async (page) => {
      await page.click(id("import-folder"));
      await page.click(id("import-report-close"));
      await page.click('[data-testid="tray-tiles"] figure:nth-of-type(7) [data-testid$="-open"]');
    },
  },
  { name: "photo-unexplained", path: VISIT, there: "no-picture", way: click('[data-testid="tray-tiles"] figure:nth-of-type(14) [data-testid$="-open"]') },
  { name: "film-unseen", path: as("photos=28"), there: "no-picture", way: click('[data-testid="tray-tiles"] figure:nth-of-type(28) [data-testid$="-open"]') },
  { name: "guide", path: VISIT, there: "guide-article", way: key("F1") },
  {
    name: "guide-found",
    path: "/index.html#/sync",
    there: "guide-hit",
    way: async (page) => {
      await page.click(id("guide-open"));
      await page.fill(id("guide-search"), "口令");
    },
  },
  { name: "seal", path: `${VISIT}/seal`, there: "seal-gaps" },
  { name: "seal-ready", path: VISIT, there: "countersign-done", way: ready },
  { name: "sealed", path: VISIT, there: "record-pages", way: sealed(2) },
  {
    name: "share",
    path: VISIT,
    there: "share-dialog",
    way: async (page) => {
      await sealed(2)(page);
      await page.fill(id("give-to"), "葛犇");
      await page.click(id("give-phone"));
    },
  },
  { name: "attach", path: VISIT, there: "attach-dialog", way: async (page) => (await sealed(2)(page), await click("attach-open", "attach-pick")(page)) },
  {
    name: "attached",
    path: VISIT,
    there: "paper",
    way: async (page) => {
      await sealed(2)(page);
      await click("attach-open", "attach-pick")(page);
      await page.fill(id("attach-passphrase"), "goodgood");
      await page.click(id("attach-confirm"));
      await page.locator(id("paper")).scrollIntoViewIfNeeded();
    },
  },
  { name: "console-login", path: "/console.html?door=1", there: "login-form" },
  { name: "console-guide", path: "/console.html", there: "guide-article", way: click("nav-stations", "guide-open") },
  { name: "console-list", path: "/console.html", there: "review-row", way: click("nav-visits") },
  { name: "console-visit", path: "/console.html", there: "review-visit", way: click("nav-visits", "review-row") },
  { name: "console-papers", path: "/console.html", there: "review-papers", way: async (page) => (await review(0)(page), await page.locator(id("review-papers")).scrollIntoViewIfNeeded()) },
  { name: "console-accept", path: "/console.html", there: "accept-dialog", way: click("nav-visits", "review-row", "review-accept") },
  { name: "console-many", path: "/console.html", there: "accept-many", way: click("nav-visits", "[data-testid^=pick-]", "many-accept") },
  { name: "console-reused", path: "/console.html", there: "compare-view", way: async (page) => (await review(0)(page), await page.keyboard.press("c")) },
  { name: "console-photo", path: "/console.html", there: "photo-viewer", way: click("nav-visits", "review-row", "review-photo") },
  { name: "console-film", path: "/console.html", there: "photo-film-play", way: async (page) => (await review(2)(page), await page.locator(id("review-photo")).last().click()) },
  { name: "console-photo-unseen", path: "/console.html", there: "no-picture", way: async (page) => (await review(3, "review-photo")(page), await unseen(page)) },
  { name: "console-mended", path: "/console.html", there: "review-comparison", way: review(1) },
  { name: "console-returned", path: "/console.html", there: "review-waiting", way: review(5) },
  { name: "console-return", path: "/console.html", there: "return-dialog", way: review(0, "return-on-C4-04") },
  { name: "console-keys", path: "/console.html", there: "keys-overlay", way: async (page) => (await review(0)(page), await page.keyboard.press("?")) },
  { name: "console-lists", path: "/console.html", there: "list-scroller", way: click("nav-lists", "list-kind-findings") },
  { name: "console-stations", path: "/console.html", there: "stations-file", way: click("nav-stations") },
  { name: "console-proposed", path: "/console.html?proposed", there: "proposed-alike", way: click("nav-stations") },
  { name: "console-unplaced", path: "/console.html?unplaced", there: "unplaced-station", way: click("nav-stations") },
  { name: "console-proposed-taken", path: "/console.html?proposed", there: "error-note", way: async (page) => (await page.click(id("nav-stations")), await page.fill(id("proposed-code"), "taken"), await page.click(id("proposed-approve"))) },
  { name: "console-stations-preview", path: "/console.html", there: "stations-line", way: bring },
  {
    name: "console-stations-done",
    path: "/console.html",
    there: "stations-report",
    way: async (page) => {
      await bring(page);
      await page.click(id("stations-take-in"));
      await page.waitForSelector('[data-testid="stations-sum"][data-done="true"]');
    },
  },
  { name: "console-enrolment", path: "/console.html", there: "enrolment-row" },
];

/** Goes to a screen. */
export async function reach(open: (path: string) => Promise<Page>, screen: Screen): Promise<Page> {
  const page = await open(screen.path);
  await screen.way?.(page);
  await page.waitForSelector(id(screen.there));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}
