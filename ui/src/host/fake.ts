/**
 * An invented host that keeps a visit in memory: for component tests and for looking at the screens. Never part of the programs.
 */
import type { AnswerItem, ApiError, AppState, CopyJob, CopyStatus, FieldCalls, FromPhone, HostEvent, ImportReport, LastCopy, Pack, Receiving, Remark, SealGap, Sharing, Station, TripLine, VisitPhoto, VisitRow, VisitView } from "@/contract";
import pack from "../../../assets/rulepacks/c4-village-station.json";
import county from "../../../assets/demo/qinghe.json";
import { HostError, type FieldHost } from ".";
import { day } from "@/shared/format";
import { asked, paperOf, shape } from "./fake-cases";
import { fakeInbox } from "./fake-inbox";
import { fakeFilters, fakeList } from "./fake-lists";

const HEX = "9f2c41d07be85a6630c9e1f4a2b7d85c0e6f13a94bd27058c6e9f0a1b2c3d4e5";
/** Key id of a colleague's laptop. */
const OTHER = "7f".repeat(32);
const PEOPLE = county.people.slice(0, 2).map((one, at) => ({ person: one.id, name: one.name, org: one.org, kid: HEX, standing: at === 0 ? ("certified" as const) : ("pending" as const) }));
const STATIONS = county.stations as Station[];

type Call = keyof FieldCalls;
type Handlers = { [K in Call]: (args: FieldCalls[K]["args"]) => FieldCalls[K]["answer"] };

export interface FakeHost extends FieldHost {
  /** Calls that were made, in order. */
  made: { name: Call; args: unknown; at: number }[];
  emit(event: HostEvent): void;
  /** Lets the next calls of a name fail. */
  fail(name: Call, error: ApiError | null): void;
  view(): VisitView;
}

function refuse(code: ApiError["code"], params: Record<string, string> = {}): never {
  throw new HostError({ code, params });
}

export function fakeHost(options: { phase?: AppState["phase"]; photos?: number; returned?: boolean; inbox?: "many"; import?: "many" } = {}): FakeHost {
  const listeners = new Set<(event: HostEvent) => void>();
  const failing = new Map<Call, ApiError>();
  const made: FakeHost["made"] = [];
  const started = Date.now() - 20 * 60_000;
  const ids = STATIONS.map((_, at) => `00000000-0000-7000-8000-${String(at).padStart(12, "0")}`);
  const words = asked();
  if (options.returned) words.set("returned", "");
  if (options.inbox) words.set("inbox", options.inbox);
  if (options.import) words.set("import", options.import);
  let phase = options.phase ?? (words.get("phase") as AppState["phase"] | null) ?? "ready";
  // `?fail=save_draft:disk_full` lets every call of a name fail.
  for (const one of words.getAll("fail")) {
    const [name, code] = one.split(":");
    failing.set(name as Call, { code: (code ?? "internal") as ApiError["code"], params: {} });
  }

  const isFilm = (n: number) => n === 12 || n === 27;
  const photo = (n: number): VisitPhoto => ({
    entry: HEX,
    ts_ms: started + n * 60_000,
    attached: {
      photo: `00000000-0000-7000-9000-${String(n).padStart(12, "0")}`,
      original: { sha256: HEX, len: 4_213_000 + n },
      thumbnail: n % 7 === 6 ? null : { sha256: HEX, len: 9000 },
      name: isFilm(n) ? `VID_${1000 + n}.MP4` : n % 7 === 6 ? `IMG_${1000 + n}.HEIC` : `IMG_${1000 + n}.JPG`,
      mime: isFilm(n) ? "video/mp4" : n % 7 === 6 ? "image/heic" : "image/jpeg",
      method: "dialog",
      meta: {
        taken_at: new Date(Date.UTC(2026, 10, 21, 9, 10 + n, 5)).toISOString().slice(0, 19),
        offset: "+08:00",
        ...(n % 3 === 2 ? {} : { position: { lat_e7: 349232167, lon_e7: 920631741, datum: "wgs84" as const } }),
        make: "HUAWEI",
        model: "HUAWEI P60",
        width: 4000,
        height: 3000,
        sources: ["taken_at: Exif.DateTimeOriginal", "position: Exif.GPSLatitude", "model: Exif.Model"],
        warnings: n % 5 === 4 ? ["The GPS date stamp is missing."] : [],
      },
      distance_m: n % 3 === 2 ? null : 38 + n * 140,
      items: n < 2 ? ["C4-01"] : [],
    },
    items: n < 2 ? ["C4-01"] : [],
    caption: "",
    withdrawn: null,
  });
  const notesOf = (one: VisitPhoto): VisitView["photo_notes"][number] => ({
    photo: one.attached.photo,
    data_state: "local_only",
    has_preview: one.attached.thumbnail !== null,
    time_grade: "device_only",
    missing: one.attached.meta.position ? [] : ["position"],
    remarks: (one.attached.distance_m ?? 0) > 500 ? [{ kind: "far", distance_m: one.attached.distance_m ?? 0, uncertainty_m: 12 }] : [],
  });

  const photos = Array.from({ length: options.photos ?? Number(words.get("photos") ?? 14) }, (_, n) => photo(n));
  let view: VisitView = {
    visit: {
      id: ids[0]!,
      opening: { entry: HEX, kid: HEX },
      lead_device: HEX,
      station: STATIONS[0]!.id,
      pack: { id: pack.id, version: pack.version, sha256: HEX },
      description: { team: PEOPLE.map(({ person, name, org }) => ({ person, name, org })), methods: ["on_site"], started_at_ms: started, ended_at_ms: null, utc_offset_min: 480, situation: "" },
      answers: {},
      photos,
      findings: [],
      countersign: null,
      hand_signed: [],
      sealed: null,
      sealed_entry: null,
      returns: [],
      signatures: [],
      aborted: null,
      reaimed: [],
      handed_over: [],
      given: [],
      papers: [],
      review: null,
      uncovered: [],
      refused: [],
    },
    phase: "in_progress",
    awaits: [],
    data_state: "local_only",
    station: STATIONS[0]!,
    pack: pack as Pack,
    photo_notes: photos.map(notesOf),
    plot: null,
    paper_notes: [],
    drafts: [],
    saved_at_ms: started,
    undo: null,
    record_kept_at_ms: null,
    seal_id: null,
    comparison: null,
    leads: true,
    previous: {
      visit: ids[1]!,
      started_at_ms: started - 101 * 86_400_000,
      answers: {
        "C4-01": { how: "not_checked", reason: "站长外出" },
        "C4-09": { how: "answered", fields: { turnover: { t: "money_fen", v: 214_000 } } },
      },
    },
  };

  shape(view, words);
  let sealing = view.phase;

  const row = (at: number, phase: VisitRow["phase"], data: VisitRow["data_state"]): VisitRow => ({
    visit: ids[at]!,
    station: STATIONS[at]!.id,
    station_name: STATIONS[at]!.name,
    township: STATIONS[at]!.township,
    station_proposed: false,
    pack: "C4",
    phase,
    data_state: data,
    started_at_ms: started - at * 86_400_000,
    team: view.visit.description.team,
    answered: at === 0 ? Object.keys(view.visit.answers).length : 22 - (at === 1 ? 3 : 0),
    items: 22,
    awaits: phase === "awaiting_signature" ? [PEOPLE[1]!.person] : [],
    findings: at,
    photos: at === 0 ? view.visit.photos.length : 9 + at,
    changed_at_ms: started,
    returned: phase === "returned" ? { name: "周敏", comment: "门楣照片看不清，请补一张。", items: 1, at_ms: started } : null,
  });
  let uncopied: AppState["sync"]["uncopied"] = { visits: 6, blobs: 147, since_ms: started - 2 * 86_400_000, remind: true };
  let copyJob: CopyJob | null = null;
  let lastCopy: LastCopy | null = null;
  const copies = (): CopyStatus => ({ last: lastCopy, job: copyJob });
  function work(next: CopyJob): CopyStatus {
    const total_bytes = 612_000_000;
    const step = (done_bytes: number): CopyJob => ({ ...next, made: null, taken: null, finished: false, done_bytes, total_bytes });
    copyJob = step(0);
    [1, 2, 3].forEach((n) => setTimeout(() => !copyJob?.finished && emit({ event: "copy", job: (copyJob = step(n * 150_000_000)) }), 400 * n));
    setTimeout(() => {
      if (copyJob?.finished) return;
      copyJob = { ...next, finished: true, done_bytes: total_bytes, total_bytes };
      if (next.made) [lastCopy, uncopied] = [next.made, { visits: 0, blobs: 0, since_ms: null, remind: false }];
      emit({ event: "copy", job: copyJob });
    }, 1600);
    return copies();
  }
  const line = (check: string, state: TripLine["state"], params: TripLine["params"]): TripLine => ({ check, state, params });
  const idle = { done_bytes: 0, total_bytes: 0, finished: false, cancelled: false, error: null, made: null, taken: null };
  let paused_since_ms: number | null = words.has("paused") ? started : null;
  const sync = (): AppState["sync"] => ({
    phase: "idle",
    online: false,
    paused_since_ms,
    last_ok_ms: started - 86_400_000,
    entries: 214,
    acknowledged: 180,
    receipted: 168,
    visits_unsynced: 3,
    thumbnails: 188,
    thumbnails_stored: 120,
    originals: 188,
    originals_stored: 41,
    bytes_left: 612_000_000,
    bytes_per_second: 21_000,
    clock_behind_ms: null,
    error: { code: "server_unreachable", params: {} },
    uncopied,
  });
  const state = (): AppState => ({
    phase,
    county: phase === "needs_card" ? null : { scope: HEX.slice(0, 32), name: county.county.zh, authority_fingerprint: HEX, server_url: "https://xunzhan.example" },
    device: { name: "检查一组", kid: HEX, standing: "pending" },
    people: phase === "needs_card" || phase === "needs_person" ? [] : PEOPLE,
    session: phase === "ready" ? PEOPLE[0]!.person : null,
    sync: sync(),
    app_version: "0.1.0",
  });
  let sharing: Sharing | null = null;
  let receiving: Receiving | null = null;
  let sharedTo = "";
  const changed = (visit: Partial<VisitView["visit"]>): VisitView => {
    view = { ...view, visit: { ...view.visit, ...visit }, phase: sealing, saved_at_ms: Date.now() };
    return view;
  };
  function answerItem({ item, answer }: AnswerItem): VisitView {
    view = { ...view, drafts: view.drafts.filter((draft) => draft.slot !== item) };
    view = { ...view, undo: { kind: "answer", item } };
    return changed({ answers: { ...view.visit.answers, [item]: [{ entry: HEX, by: PEOPLE[0]!.person, ts_ms: Date.now(), answer }] } });
  }
  const report: ImportReport = {
    finished: true,
    cancelled: false,
    rows: [
      ...photos.map((one) => ({ name: one.attached.name, outcome: "taken" as const, photo: one.attached.photo, size_bytes: one.attached.original.len, reason: one.attached.thumbnail ? null : "format", detail: null })),
      { name: "DCIM/.DS_Store", outcome: "refused", photo: null, size_bytes: 6148, reason: "system_file", detail: null },
      { name: "IMG_1001 (1).JPG", outcome: "duplicate", photo: photos[1]?.attached.photo ?? null, size_bytes: 4_213_001, reason: null, detail: null },
    ],
  };
  function gaps(): SealGap[] {
    const list: SealGap[] = [];
    for (const item of view.pack.items) {
      if (!view.visit.answers[item.code]) list.push({ kind: "blank_item", item: item.code, blocks: false });
      if (view.visit.photos.filter((one) => one.items.includes(item.code)).length < item.photos_expected) list.push({ kind: "photo_missing", item: item.code, blocks: false });
    }
    for (const draft of view.drafts) list.push({ kind: "draft", item: view.pack.items.some((one) => one.code === draft.slot) ? draft.slot : null, blocks: true });
    if (view.visit.description.ended_at_ms === null) list.push({ kind: "no_end", item: null, blocks: true });
    for (const member of view.visit.description.seconded ?? []) if (!view.visit.hand_signed.some((one) => one.person === member.person)) list.push({ kind: "no_hand_sign", item: null, blocks: true });
    if (!view.visit.countersign) list.push({ kind: "no_countersign", item: null, blocks: true });
    return list;
  }

  /** Photos as an import brings them: each changes the visit it is taken into; what waits in the inbox changes nothing that is recorded. */
  function bring(visit: string | null, count: number): void {
    if (visit === null) return inbox.bring(count);
    const next = Array.from({ length: count }, (_, n) => photo(view.visit.photos.length + n));
    view = { ...view, visit: { ...view.visit, photos: [...view.visit.photos, ...next] }, photo_notes: [...view.photo_notes, ...next.map(notesOf)] };
    emit({ event: "changed", ids: [visit] });
  }
  /** An import that goes on for a second, into a visit or into the inbox. `?import=many` takes five hundred photos and tells of each one. */
  function importing(visit: string | null): { import: string } {
    const many = words.get("import") === "many";
    const steps = many ? Array.from({ length: 500 }, (_, at) => at + 1) : [1, 8, 16];
    const total = steps.at(-1)!;
    steps.forEach((done, step) =>
      setTimeout(() => {
        if (many) bring(visit, 1);
        else if (done === total && visit === null) inbox.bring(14);
        emit({ event: "import", progress: { import: "one", visit, resumed: false, done, total, bytes: done * 4_200_000, total_bytes: total * 4_200_000, finished: done === total } });
      }, many ? 6 * step : 300 * (step + 1)),
    );
    return { import: "one" };
  }
  const inbox = fakeInbox(STATIONS, pack as Pack, [row(0, "in_progress", "local_only"), row(4, "in_progress", "local_only")], words);

  const filters = fakeFilters();
  const handlers: Handlers = {
    app_state: () => state(),
    read_card: (card) => (card.text && card.text.length < 10 ? refuse("card_unreadable") : { name: county.county.zh, scope: HEX.slice(0, 32), server_url: "https://xunzhan.example", authority_fingerprint: HEX, packs_present: true }),
    start_from_card: () => ((phase = "needs_person"), state()),
    add_person: () => ((phase = "locked"), state()),
    unlock: ({ passphrase }) => (passphrase === "wrong" ? refuse("wrong_passphrase") : ((phase = "ready"), state())),
    lock: () => ((phase = "locked"), state()),
    list_people: () => county.people.map(({ id, name, org }) => ({ person: id, name, org })),
    list_stations: ({ search }) =>
      STATIONS.filter((one) => `${one.name}${one.township}${one.village}`.includes(search)).map((station, at) => ({ station, last_visit_ms: at % 4 === 0 ? started : null, open_visit: station.id === view.visit.station && sealing === "in_progress" ? view.visit.id : null })),
    list: (args) => (words.has("empty") && args.query.filters.length ? { ...fakeList(args), rows: [], next: null, total: 0 } : fakeList(args)),
    list_filters: ({ list }) => filters.all(list),
    save_filter: (filter) => filters.save(filter),
    forget_filter: ({ list, name }) => filters.forget(list, name),
    export_list: () => ({ file_name: "xunzhan-visits.xlsx", handle: "list", rows: 0 }),
    list_packs: () => [pack as Pack],
    list_visits: () => (words.has("empty") ? [] : [row(0, sealing, "local_only"), row(1, "awaiting_signature", "acknowledged"), row(2, "sealed", "thumbnails_arrived"), row(3, "reviewed", "originals_arrived")]),
    open_visit: () => view,
    get_visit: () => view,
    abort_visit: ({ reason }) => {
      sealing = "aborted";
      return changed({ aborted: { by: PEOPLE[0]!.person, ts_ms: Date.now(), reason } });
    },
    reaim_visit: ({ station, reason }) => {
      const from = view.visit.station;
      view = { ...view, station: STATIONS.find((one) => one.id === station) ?? view.station };
      return changed({ station, reaimed: [...view.visit.reaimed, { from, by: PEOPLE[0]!.person, ts_ms: Date.now(), reason }] });
    },
    // Saturday and Sunday, and no other day, is off.
    working_day: ({ day: asked }) => {
      const off = new Date(`${asked}T12:00:00`).getDay() % 6 === 0;
      const next = new Date(`${asked}T12:00:00`);
      while (next.getDay() % 6 === 0) next.setDate(next.getDate() + 1);
      return { day: asked, works: !off, next: day(next.getTime()), provisional: asked > "2026-12-31", version: "2026.1" };
    },
    list_colleagues: () =>
      PEOPLE.map(({ person, name, org }, at) => ({ person, name, org, laptops: [{ kid: HEX, name: "检查一组", own: true }, ...(at === 1 ? [{ kid: OTHER, name: "检查二组", own: false }] : [])] })).concat([
        { person: "00000000-0000-7000-c000-000000000001", name: "孙立", org: "县商务局", laptops: [] },
      ]),
    hand_over_visit: ({ person, device, reason }) => {
      const to = PEOPLE.find((one) => one.person === person)!;
      const member = { person: to.person, name: to.name, org: to.org };
      view = { ...view, leads: device === HEX };
      return changed({
        lead_device: device,
        description: { ...view.visit.description, team: [member, ...view.visit.description.team.filter((one) => one.person !== person)] },
        handed_over: [...view.visit.handed_over, { entry: HEX, from_device: view.visit.lead_device, device, to: member, by: PEOPLE[0]!.person, ts_ms: Date.now(), reason }],
      });
    },
    propose_station: (args) => ({ station: { id: "00000000-0000-7000-a000-000000000001", ...args, position: null, proposed: true }, last_visit_ms: null, open_visit: null }),
    describe_visit: (args) => changed({ description: { ...view.visit.description, methods: args.methods, started_at_ms: args.started_at_ms, ended_at_ms: args.ended_at_ms, situation: args.situation, seconded: args.seconded.map((member, at) => ({ ...member, person: member.person ?? `00000000-0000-7000-b000-00000000000${at}` })) } }),
    save_draft: ({ slot, raw }) => {
      const saved_at_ms = Date.now();
      view = { ...view, drafts: [...view.drafts.filter((draft) => draft.slot !== slot), ...(raw ? [{ slot, raw, saved_at_ms }] : [])] };
      return { saved_at_ms };
    },
    answer_item: answerItem,
    answer_from_paper: ({ item, answer, observed_at_ms }) => {
      answerItem({ visit: "", item, answer });
      return changed({ answers: { ...view.visit.answers, [item]: [{ entry: HEX, by: PEOPLE[0]!.person, ts_ms: Date.now(), answer, observed_at_ms }] } });
    },
    make_blank_form: () => ({ copy: false, pages: 3, file_name: "blank.pdf", size_bytes: 90_000, handle: HEX, shown: null }),
    import_photos: () => importing(view.visit.id),
    import_to_inbox: () => importing(null),
    list_inbox: () => inbox.list(),
    assign_photos: (args) => inbox.assign(args),
    put_aside: (args) => inbox.putAside(args),
    import_report: () => ({ ...report, finished: false }),
    cancel_import: () => ({}),
    tie_photo: ({ photo: id, items, caption }) => changed({ photos: view.visit.photos.map((one) => (one.attached.photo === id ? { ...one, items, caption } : one)) }),
    copy_photo: ({ photo: id, marks }) => {
      const of = view.visit.photos.find((one) => one.attached.photo === id)!;
      const made = photo(view.visit.photos.length);
      const alterations = (["marked", "blurred"] as const).filter((what) => marks.some((mark) => (mark.kind === "blur") === (what === "blurred")));
      const attached = { ...made.attached, name: of.attached.name.replace(/\.\w+$/, "-副本1.jpg"), mime: "image/jpeg", thumbnail: { sha256: HEX, len: 9000 }, method: "copy", distance_m: null, meta: { width: 4000, height: 3000, sources: ["width,height: JPEG"] }, derived: { from: id, original: of.attached.original.sha256, alterations: [...alterations] } };
      const copy = { ...made, attached };
      view = { ...view, photo_notes: [...view.photo_notes, { ...notesOf(copy), missing: [] }] };
      return changed({ photos: [...view.visit.photos, copy] });
    },
    correct_clock: ({ photo: id, correction }) => {
      const { make = null, model = null, serial = null } = view.visit.photos.find((one) => one.attached.photo === id)!.attached.meta;
      const other = (one: Remark): boolean => one.kind !== "clock_off" && one.kind !== "clock_corrected";
      const said = (list: Remark[]): Remark[] => (correction ? [...list.filter(other), { kind: "clock_corrected", ...correction }] : list.map((one) => (one.kind === "clock_corrected" ? { ...one, kind: "clock_off" } : one)));
      view = { ...view, photo_notes: view.photo_notes.map((one) => ({ ...one, remarks: one.remarks.every(other) ? one.remarks : said(one.remarks) })) };
      return changed({ clocks: correction ? [{ entry: HEX, by: PEOPLE[0]!.person, ts_ms: Date.now(), camera: { make, model, serial }, correction }] : [] });
    },
    state_custody: ({ photo: id, custody }) => changed({ photos: view.visit.photos.map((one) => (one.attached.photo === id ? { ...one, custody } : one)) }),
    export_photo: ({ photo: id, watermark, to }) => {
      const of = view.visit.photos.find((one) => one.attached.photo === id)!.attached;
      const file = watermark ? `ab${HEX.slice(2)}` : of.original.sha256;
      const exported = { photo: id, original: of.original.sha256, file, watermark, to, at_ms: Date.now() };
      changed({ exported: [...(view.visit.exported ?? []), { entry: `${HEX}${view.visit.exported?.length ?? 0}`, by: PEOPLE[0]!.person, exported }] });
      return { file_name: watermark ? of.name.replace(/\.\w+$/, "-水印.jpg") : of.name, handle: `photo-${file}`, size_bytes: of.original.len, sha256: file };
    },
    withdraw_photo: ({ photo: id, reason }) => changed({ photos: view.visit.photos.map((one) => (one.attached.photo === id ? { ...one, withdrawn: reason } : one)) }),
    record_finding: ({ finding }) => changed({ findings: [...view.visit.findings.filter((one) => one.finding.id !== finding.id), { entry: HEX, ts_ms: Date.now(), finding, withdrawn: null }] }),
    withdraw_finding: ({ finding, reason }) => changed({ findings: view.visit.findings.map((one) => (one.finding.id === finding ? { ...one, withdrawn: reason } : one)) }),
    countersign: ({ way }) => changed({ countersign: way.way === "signed" ? { ...way, strokes: { sha256: HEX, len: 100 }, at_ms: Date.now() } : { ...way, at_ms: Date.now() } }),
    undo_step: () => {
      const item = view.undo?.item;
      if (!item) return refuse("refused", { rule: "nothing_to_undo" });
      const { [item]: _, ...answers } = view.visit.answers;
      view = { ...view, undo: null };
      return changed({ answers });
    },
    hand_sign: ({ person, strokes, shown }) =>
      changed({ hand_signed: [...view.visit.hand_signed.filter((one) => one.person !== person), { person, strokes: strokes ? { sha256: HEX, len: 100 } : null, shown, at_ms: Date.now() }] }),
    get_strokes: () => null,
    seal_preview: () => ({ gaps: gaps(), answered: Object.keys(view.visit.answers).length, items: view.pack.items.length, findings: view.visit.findings.length, photos: view.visit.photos.length, signers_here: PEOPLE, signers_needed: 2 }),
    seal_visit: ({ signers }) => {
      if (signers.some((one) => one.passphrase === "wrong")) refuse("wrong_passphrase", { name: PEOPLE[0]!.name });
      const signatures = [...view.visit.signatures, ...signers.map((one) => ({ statement: HEX, person: one.person, name: PEOPLE.find((p) => p.person === one.person)?.name ?? "", kid: HEX, public_key: "", signature: "" }))];
      sealing = signatures.length >= 2 ? "sealed" : "awaiting_signature";
      view = { ...view, seal_id: HEX, awaits: sealing === "sealed" ? [] : PEOPLE.map((one) => one.person).filter((person) => !signatures.some((one) => one.person === person)) };
      return changed({ signatures, sealed: { record: { sha256: HEX, len: 1 }, statement: { sha256: HEX, len: 1 }, covers: [], signers: 2 } });
    },
    make_record: ({ copy }) => ({ copy: copy || view.record_kept_at_ms !== null, pages: 2, file_name: "record.pdf", size_bytes: 412_000, handle: HEX, shown: sealing === "in_progress" || sealing === "returned" ? HEX : null }),
    attach_paper: ({ handles, signers, note, person, passphrase }) => {
      if (passphrase === "wrong") refuse("wrong_passphrase");
      view = { ...view, paper_notes: [...view.paper_notes, { entry: `${HEX}${view.visit.papers.length}`, holds: true, certified: person === PEOPLE[0]!.person, previews: handles.map(() => true) }] };
      return changed({ papers: [...view.visit.papers, paperOf(view.visit, HEX, handles.length, signers, note, PEOPLE.find((one) => one.person === person)!)] });
    },
    give_record: ({ how, to }) => changed({ given: [...view.visit.given, { entry: `${HEX}${view.visit.given.length}`, by: PEOPLE[0]!.person, given: { seal: HEX, pdf: HEX, how, to, copy: view.record_kept_at_ms !== null, at_ms: Date.now() } }] }),
    list_addresses: () => [{ address: "192.168.43.17", card: "wlan0" }],
    share_record: ({ visit, to }) => {
      sharing = { visit, url: `http://192.168.43.17:40123/r/${HEX}`, qr: Array.from({ length: 37 }, (_, y) => Array.from(HEX.slice(0, 37), (c, x) => ((c.charCodeAt(0) * (y + 3) + x * y) % 3 ? "." : "#")).join("")), until_ms: Date.now() + 600_000, fetched: 0, left: 5, open: true };
      sharedTo = to;
      return sharing;
    },
    share_status: () => {
      if (sharing?.open && sharing.fetched === 0) {
        sharing = { ...sharing, fetched: 1, left: 4 };
        changed({ given: [...view.visit.given, { entry: HEX, by: PEOPLE[0]!.person, given: { seal: HEX, pdf: HEX, how: "phone", to: sharedTo, copy: false, at_ms: Date.now() } }] });
      }
      return sharing;
    },
    stop_sharing: () => {
      sharing = sharing && { ...sharing, open: false };
      return {};
    },
    open_phone: ({ visit }) => (receiving = { visit, url: `http://192.168.43.17:40123/u/${HEX}`, qr: Array.from({ length: 37 }, (_, y) => Array.from(HEX.slice(0, 37), (c, x) => ((c.charCodeAt(0) * (y + 3) + x * y) % 3 ? "." : "#")).join("")), open: true, claimed: false, others: 0, files: [] }),
    phone_status: () => {
      const files: FromPhone[] = [
        { name: "IMG_20261120_093101.jpg", size_bytes: 4_812_331, received_bytes: 4_812_331, outcome: "taken", photo: HEX, reason: null, missing: [] },
        { name: "IMG_20261120_093144.jpg", size_bytes: 3_992_118, received_bytes: 3_992_118, outcome: "taken", photo: HEX, reason: null, missing: ["position"] },
        { name: "VID_20261120_093502.mp4", size_bytes: 88_112_004, received_bytes: 40_212_480, outcome: null, photo: null, reason: null, missing: [] },
      ];
      receiving = receiving && { ...receiving, claimed: true, others: 1, files };
      return receiving;
    },
    close_phone: () => {
      receiving = receiving && { ...receiving, open: false };
      return {};
    },
    sync_now: () => ((paused_since_ms = null), sync()),
    pause_sync: () => ((paused_since_ms ??= Date.now()), sync()),
    sync_status: () => sync(),
    enrolment_request: () => ({ fingerprint: HEX, text: '{"request":"…"}' }),
    trip_check: () => ({
      ready: words.has("ready"),
      townships: [...new Set(STATIONS.map((one) => one.township))].toSorted(),
      lines: [
        line("packs", "good", { n: "1", missing: "" }),
        line("stations", "good", { n: String(STATIONS.length) }),
        line("lists", "care", { days: "9" }),
        line("history", "good", { visits: "12", findings: "7", photos: "188", shown: "188" }),
        line("device", "good", { name: "检查一组", ends_ms: String(started + 200 * 86_400_000) }),
        line("person_pending", "care", { name: PEOPLE[1]!.name }),
        line("clock", "good", { minutes: "0" }),
        ...(words.has("ready") ? [] : [line("zone", "missing", { zone: "+0:00" }), line("disk", "missing", { free: "812000000", needed: String(2 * 1024 ** 3) })]),
        line("calendar", "good", { until: "2026-12-31" }),
        line("battery", "care", { percent: "64" }),
        line("alone", "care", { visits: "6" }),
      ],
    }),
    copy_status: () => copies(),
    make_copy: () => work({ ...idle, work: "make", made: { made_at_ms: Date.now(), place: "KINGSTON", entries: 34, blobs: 147, bytes: 612_000_000, damaged: 0 } }),
    cancel_copy: () => ((copyJob = copyJob && { ...copyJob, finished: true, cancelled: true }), copies()),
    copy_places: () => ({ places: [{ handle: "place-1", name: "KINGSTON", free_bytes: 14_200_000_000 }, { handle: "place-2", name: "备份盘", free_bytes: 480_000_000_000 }] }),
    find_copies: () => [
      { handle: "copy-1", device_name: "检查二组", kid: HEX, county: county.county.zh, same_county: true, own: false, made_at_ms: started, blobs: 41, bytes: 180_000_000, people: PEOPLE.map(({ person, name, org }) => ({ person, name, org })) },
      { handle: "copy-2", device_name: "外县电脑", kid: HEX, county: "临河县", same_county: false, own: false, made_at_ms: started, blobs: 3, bytes: 9_000_000, people: [] },
    ],
    take_in_copy: ({ passphrase }) =>
      passphrase === "wrong"
        ? refuse("wrong_passphrase")
        : work({ ...idle, work: "take_in", taken: { entries_new: 58, entries_known: 2, refused: [], visits: 2, blobs_new: 40, blobs_known: 0, drafts: 1, damaged: ["IMG_1007.JPG"] } }),
  };

  function emit(event: HostEvent): void {
    for (const listener of listeners) listener(event);
  }

  return {
    made,
    emit,
    fail: (name, error) => void (error ? failing.set(name, error) : failing.delete(name)),
    view: () => view,
    async call(name, args) {
      made.push({ name, args, at: Date.now() });
      await Promise.resolve();
      const error = failing.get(name);
      if (error) throw new HostError(error);
      return handlers[name](args);
    },
    can: (what) => what !== "pick_place" || words.has("places"),
    pickFiles: async (what) => [`picked-${what}`],
    handIn: async (files) => files.map((file) => file.name),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    imageUrl: (kind, id) => {
      const hue = ([...id].reduce((sum, c) => sum + c.charCodeAt(0), 0) * 37) % 360;
      const [w, h] = kind === "page" ? [794, 1123] : [400, 300];
      return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}"><rect width="100%" height="100%" fill="${kind === "page" ? "#fff" : `hsl(${hue} 30% 60%)`}"/><rect y="70%" width="100%" height="30%" fill="hsl(${hue} 30% 40%)"/></svg>`)}#${kind}`;
    },
    // No player can play it.
    film: async () => ({ url: "data:video/mp4;base64,AAAA", free: () => undefined }),
    saveRecord: async () => {
      view = { ...view, record_kept_at_ms: Date.now() };
      return true;
    },
    usable: () => undefined,
  };
}
