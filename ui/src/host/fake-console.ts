/** An invented server for the supervisor's face, in memory: for looking at the screens and for component tests. Never part of the programs. */
import type { Answer, AnswerVersion, ApiError, ConsoleCalls, EnrolmentRow, FieldValue, Item, ItemComment, Me, ProposedStation, ReviewRow, ReviewView, UnplacedStation, VisitPhase } from "@/contract";
import { HostError, type ConsoleHost } from ".";
import { fakeHost } from "./fake";
import { asked, paperOf, plotOf, uncovered } from "./fake-cases";
import { fakeFilters, fakeList } from "./fake-lists";
import { stationTable, stationsReport } from "./fake-stations";

type Call = keyof ConsoleCalls;
type Handlers = { [K in Call]: (args: ConsoleCalls[K]["args"]) => ConsoleCalls[K]["answer"] };

export interface FakeConsole extends ConsoleHost {
  /** Calls that were made, in order. */
  made: { name: Call; args: unknown }[];
  fail(name: Call, error: ApiError | null): void;
}

const HEX = "5ab1c03d77e94f2081d6b3e9a4c27f1885e0d36c9b42fa1170c8e5d2a9b6f403";
const PHASES: VisitPhase[] = ["sealed", "sealed", "awaiting_signature", "reviewed", "in_progress", "returned"];

/** Some answer to each field of an item, the same every time. */
function answerTo(item: Item): Answer {
  if (item.code === "C4-14") return { how: "not_checked", reason: "站长外出" };
  const fields: Record<string, FieldValue> = {};
  for (const field of item.fields) {
    const kind = field.kind;
    if (kind.type === "yes_no") fields[field.key] = { t: "yes_no", v: item.code !== "C4-10" };
    else if (kind.type === "choice" && kind.options[0]) fields[field.key] = { t: "choice", v: kind.options[0].key };
    else if (kind.type === "choices" && kind.options[0]) fields[field.key] = { t: "choices", v: [kind.options[0].key] };
    else if (kind.type === "integer") fields[field.key] = { t: "integer", v: kind.min };
    else if (kind.type === "money") fields[field.key] = { t: "money_fen", v: 186_000 };
    else if (kind.type === "sample") fields[field.key] = { t: "sample", v: { drawn: 5, passed: 4 } };
    else if (kind.type === "text") fields[field.key] = { t: "text", v: "村民委员会" };
  }
  return { how: "answered", fields };
}

export function fakeConsoleHost(options: { loggedIn?: boolean; proposed?: boolean } = {}): FakeConsole {
  const door = new URLSearchParams(globalThis.location?.search ?? "").get("door");
  const base = fakeHost().view();
  const failing = new Map<Call, ApiError>();
  const made: FakeConsole["made"] = [];
  let loggedIn = options.loggedIn ?? door === null;
  const me: Me = {
    account: "fuhe",
    person: base.visit.description.team[0]!.person,
    name: "复核员",
    roles: ["reviewer", "administrator"],
    scopes: [{ scope: HEX.slice(0, 32), name: "青河县", authority_fingerprint: HEX }],
  };
  const started = Date.now() - 5 * 86_400_000;
  const answers = Object.fromEntries(base.pack.items.slice(0, 21).map((item): [string, AnswerVersion[]] => [item.code, [{ entry: HEX, by: me.person, ts_ms: started, answer: answerTo(item) }]]));
  const views: ReviewView[] = PHASES.map((phase, at) => {
    const id = `00000000-0000-7000-a000-${String(at).padStart(12, "0")}`;
    const sealed = phase === "sealed" || phase === "reviewed" || phase === "returned";
    const view = structuredClone(base);
    const photos = view.visit.photos.slice(0, 4 + at * 2);
    const last = photos.at(-1);
    if (at === 2 && last) Object.assign(last.attached, { mime: "video/mp4", name: "VID_20261118.mp4" });
    if (at === 1) for (const one of photos) one.attached.distance_m = 20;
    const notes = view.photo_notes.slice(0, photos.length).map((one) => ({ ...one, data_state: "originals_arrived" as const, ...(at === 1 ? { remarks: [], missing: [] } : {}) }));
    view.visit.description.started_at_ms = started - at * 86_400_000;
    view.visit.description.ended_at_ms = started - at * 86_400_000 + 95 * 60_000;
    return {
      visit: {
        ...view.visit,
        id,
        answers,
        photos,
        description: { ...view.visit.description, situation: "站点正常营业，站长配合检查。" },
        findings: [
          {
            entry: HEX,
            ts_ms: started,
            withdrawn: null,
            finding: { id: HEX.slice(0, 8), item: "C4-09", facts: "近三个月月均营业额1860元，低于标准。", severity: "major", requirement: "核对台账与后台数据。", deadline: "2026-12-20", units: [{ name: "县电商服务中心", role: "lead" }], photos: photos.slice(0, 2).map((one) => one.attached.photo) },
          },
        ],
        countersign: { way: "signed", name: "葛𪨶", role: "站长", opinion: "情况属实。", strokes: { sha256: HEX, len: 100 }, at_ms: started },
        sealed_entry: sealed ? HEX : null,
        returns: [],
        sealed: sealed ? { record: { sha256: HEX, len: 1 }, statement: { sha256: HEX, len: 1 }, covers: [], signers: 2 } : null,
        review: phase === "reviewed" ? { entry: HEX, account: me.account, person: me.person, name: me.name, at_ms: started, statement: HEX, comment: "资料齐全。" } as ReviewView["visit"]["review"] : null,
      },
      phase,
      data_state: "originals_arrived",
      station: { ...view.station, name: at === 0 ? view.station.name : `${view.station.name.slice(0, 1)}${["", "山", "坪", "寨", "湾", "口"][at]}村站` },
      pack: view.pack,
      record: null,
      photo_notes: notes,
      plot: plotOf(photos, view.station),
      paper_notes: [],
      strokes: { v: 1, width: 600, height: 180, strokes: [[[60, 50, 0], [200, 48, 40], [190, 120, 90]], [[300, 40, 300], [320, 150, 380], [420, 60, 420]]] },
      signatures: sealed
        ? view.visit.description.team.map((one, n) => ({ person: one.person, name: one.name, kid: `${HEX.slice(1)}${n}`, holds: true, certified: n === 0, claimed_at_ms: started, time_grade: "anchored" as const, received_at_ms: started + 3_600_000, device_name: "检查一组" }))
        : [],
      checks: sealed
        ? [
            { check: "record_digest", holds: true, good: 1, of: 1 },
            { check: "signatures", holds: true, good: 2, of: 2 },
            { check: "certificates", holds: null, good: 1, of: 2 },
            { check: "originals", holds: at !== 0, good: at === 0 ? 3 : photos.length, of: photos.length },
          ]
        : [],
      doubts: [
        { why: "uncovered", n: at === 5 ? 3 : 0, photos: [], items: [] },
        { why: "disputed", n: at === 0 ? 1 : 0, photos: [], items: at === 0 ? ["C4-09"] : [] },
        { why: "far", n: notes.filter((one) => one.remarks.length).length, photos: notes.filter((one) => one.remarks.length).map((one) => one.photo), items: [] },
        { why: "no_position", n: notes.filter((one) => one.missing.includes("position")).length, photos: notes.filter((one) => one.missing.includes("position")).map((one) => one.photo), items: [] },
      ].filter((one) => one.n > 0),
      seal_id: sealed ? HEX : null,
      comparison: null,
      downloads: at === 0 ? [{ photo: null, sha256: HEX, name: me.name, at_ms: started + 7_200_000 }] : [],
    };
  });
  function giveBack(view: ReviewView, comment: string, items: ItemComment[]): void {
    const { description, answers: held, photos, findings, countersign, sealed } = view.visit;
    if (!sealed) return;
    const returned = { statement: HEX, person: me.person, account: me.account, name: me.name, comment, items, at_ms: started };
    view.visit.returns = [...view.visit.returns, { sealed, entry: HEX, signatures: [], held: { description, answers: held, photos, findings, countersign, hand_signed: [] }, returned }];
    view.visit.sealed = null;
    view.phase = "returned";
  }
  const late = views[5];
  if (late) late.visit.uncovered = uncovered(late, late.visit.description.team[1]?.person ?? "");
  for (const view of views.filter((one) => one.phase === "returned")) giveBack(view, "门楣照片看不清", [{ item: "C4-04", comment: "请补一张能看清字的门楣照片" }]);
  // The second one was returned and came back mended.
  // The first one has paper signed by hand, whose attaching is certified, and one that does not hold.
  const first = views[0];
  if (first) {
    const [one, two] = first.visit.description.team;
    const signers = [{ name: "葛𪨶", role: "站长" }];
    for (const [by, note] of [[one, "站点加盖公章的纸质件，原件存县商务局"], [two, ""]] as const) {
      if (!by) continue;
      const paper = paperOf(first.visit, HEX, 2, signers, note, by);
      first.visit.papers = [...first.visit.papers, paper];
      if (by === one) first.downloads = [...first.downloads, { photo: paper.attached.paper.pages[0]!.photo, sha256: HEX, name: me.name, at_ms: started + 8_000_000 }];
      first.paper_notes = [...first.paper_notes, { entry: paper.entry, holds: by === one, certified: by === one, previews: [true, by === one] }];
    }
  }
  // A photo of it was used in the visit that is reviewed already.
  const [here, before] = [first?.photo_notes[0], views[3]];
  const there = before?.visit.photos[0]?.attached.photo;
  if (first && here && before && there) {
    const elsewhere = { visit: before.visit.id, photo: there, station: before.station?.name ?? "", started_at_ms: before.visit.description.started_at_ms };
    here.remarks = [{ kind: "same_picture", elsewhere }, ...here.remarks];
    first.doubts = [{ why: "same_picture", n: 1, photos: [here.photo], items: [] }, ...first.doubts];
  }
  const mended = views[1];
  if (mended) {
    giveBack(mended, "请说明营业额的来源", [{ item: "C4-09", comment: "台账与后台不一致" }]);
    const past = mended.visit.returns[0];
    mended.visit.sealed = past?.sealed ?? null;
    mended.phase = "sealed";
    const finding = mended.visit.findings[0]?.finding ?? null;
    mended.comparison = {
      answers: [{ item: "C4-09", from: { zh: "1,860 元/月", en: "1,860 yuan a month" }, to: { zh: "2,140 元/月（含代购）", en: "2,140 yuan a month" } }],
      photos_added: mended.visit.photos.slice(-1).map((one) => one.attached.photo),
      photos_withdrawn: [],
      photos_changed: [],
      findings: finding ? [{ change: "changed", from: finding, to: { ...finding, facts: "近三个月月均营业额1860元，台账未计代购。" } }] : [],
      description: null,
    };
  }
  const row = (view: ReviewView): ReviewRow => ({
    seal_id: view.phase === "sealed" ? view.seal_id : null,
    doubts: view.phase === "sealed" ? view.doubts : null,
    visit: view.visit.id,
    station: view.visit.station,
    station_name: view.station?.name ?? "",
    township: view.station?.township ?? "",
    station_proposed: view.station?.proposed ?? false,
    awaits: [],
    pack: view.visit.pack.id,
    phase: view.phase,
    data_state: view.data_state,
    started_at_ms: view.visit.description.started_at_ms,
    team: view.visit.description.team,
    answered: 21,
    items: 22,
    findings: view.visit.findings.length,
    photos: view.visit.photos.length,
    changed_at_ms: started,
    returned: view.phase === "returned" ? { name: me.name, comment: "门楣照片看不清", items: 1, at_ms: started } : null,
  });
  let enrolments: EnrolmentRow[] = [
    { request: "one", device_name: "检查一组笔记本", fingerprint: HEX, people: base.visit.description.team.map((one, n) => ({ person: one.person, name: one.name, org: one.org, registered: n === 0 })), received_at_ms: started, approved_at_ms: null },
    { request: "two", device_name: "检查二组笔记本", fingerprint: HEX, people: [], received_at_ms: started, approved_at_ms: started + 60_000 },
  ];
  let proposals: ProposedStation[] = asked().has("proposed") || options.proposed
    ? [
        { station: { ...base.station, id: "00000000-0000-7000-a000-0000000000a1", name: "柳湾村站", village: "柳湾村", address: "", position: null, proposed: true }, visits: 2, alike: ["柳湾村服务站"] },
        { station: { ...base.station, id: "00000000-0000-7000-a000-0000000000a2", name: "石头寨便民点", village: "石头寨", address: "", manager: "", position: null, proposed: true }, visits: 0, alike: [] },
      ]
    : [];
  let unplaced: UnplacedStation[] = asked().has("unplaced")
    ? [
        { station: { ...base.station, id: "00000000-0000-7000-a000-0000000000b1", name: "沙沟村站", village: "沙沟村", position: null }, proposal: { position: { lat_e7: 349232167, lon_e7: 1056321741, datum: "wgs84" }, photos: 9, visits: 2, within_m: 14 } },
        { station: { ...base.station, id: "00000000-0000-7000-a000-0000000000b2", name: "井沟村站", village: "井沟村", position: null }, proposal: null },
      ]
    : [];
  const find = (visit: string): ReviewView => views.find((one) => one.visit.id === visit) ?? refuse("not_found");

  let revisions = 0;
  const filters = fakeFilters();
  const handlers: Handlers = {
    login: ({ password }) => (password === "wrong" ? refuse("wrong_login") : ((loggedIn = true), me)),
    me: () => (loggedIn ? me : refuse("not_logged_in")),
    logout: () => ((loggedIn = false), {}),
    list_visits: () => views.map(row),
    visits_revision: () => ({ revision: `${++revisions}` }),
    get_visit: ({ visit }) => find(visit),
    accept_visit: ({ visit, comment }) => {
      const view = find(visit);
      view.phase = "reviewed";
      view.visit.review = { entry: HEX, account: me.account, person: me.person, name: me.name, at_ms: Date.now(), statement: HEX, comment } as ReviewView["visit"]["review"];
      return { ...view };
    },
    return_visit: ({ visit, comment, items }) => {
      const view = find(visit);
      giveBack(view, comment, items);
      return { ...view };
    },
    list: (args) => fakeList(args),
    list_filters: ({ list }) => filters.all(list),
    save_filter: ({ filter }) => filters.save(filter),
    forget_filter: ({ list, name }) => filters.forget(list, name),
    list_enrolments: () => enrolments,
    approve_enrolment: ({ request }) => (enrolments = enrolments.map((one) => (one.request === request ? { ...one, approved_at_ms: Date.now() } : one))),
    read_station_table: () => stationTable,
    preview_stations: ({ show }) => stationsReport(false, show),
    list_proposed_stations: () => proposals,
    approve_station: ({ station }) => {
      if (station.code === "taken") throw new HostError({ code: "refused", params: { rule: "code_taken", name: "南坪村站" } });
      return (proposals = proposals.filter((one) => one.station.id !== station.id));
    },
    list_unplaced_stations: () => unplaced,
    place_station: ({ station }) => (unplaced = unplaced.filter((one) => one.station.id !== station)),
    import_stations: () => stationsReport(true, "bad"),
  };

  return {
    made,
    fail: (name, error) => void (error ? failing.set(name, error) : failing.delete(name)),
    async call(name, args) {
      made.push({ name, args });
      await Promise.resolve();
      const error = failing.get(name);
      if (error) throw new HostError(error);
      return handlers[name](args);
    },
    photoUrl: (_scope, _visit, photo, size) => fakeHost().imageUrl(size === "thumb" ? "thumbnail" : size, photo),
    listUrl: () => "#",
    bringStations: async () => stationTable,
    stationReportUrl: () => "#",
    documentUrl: () => "#",
  };
}

function refuse(code: ApiError["code"]): never {
  throw new HostError({ code, params: {} });
}
