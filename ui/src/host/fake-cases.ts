/** What the invented hosts can be asked to show, each by a word in the address: a visit as it rarely is. */
import type { AttachedPaper, PaperSigner, PersonId, Plot, PlotPoint, Station, TeamMember, UncoveredEntry, Visit, VisitPhoto, VisitView } from "@/contract";

const HEX = "9f2c41d07be85a6630c9e1f4a2b7d85c0e6f13a94bd27058c6e9f0a1b2c3d4e5";

/** The words in the address, without their values. */
export function asked(): URLSearchParams {
  return new URLSearchParams(globalThis.location?.search ?? "");
}

/** What came after a seal: an answer, a photo and a finding. */
export function uncovered(view: Pick<VisitView, "visit">, by: PersonId): UncoveredEntry[] {
  const photo = view.visit.photos.at(-1)?.attached ?? null;
  const ts_ms = view.visit.description.started_at_ms + 7_200_000;
  return [
    { entry: HEX, kind: "visit.answered/1", by, ts_ms, item: "C4-06", photo: null },
    { entry: HEX, kind: "photo.attached/1", by, ts_ms: ts_ms + 60_000, item: null, photo },
    { entry: HEX, kind: "finding.recorded/1", by, ts_ms: ts_ms + 120_000, item: "C4-10", photo: null },
  ];
}

/** Paper that joins the sealed record of a visit. */
export function paperOf(visit: Visit, seal: string, pages: number, signers: PaperSigner[], note: string, by: TeamMember): AttachedPaper {
  const page = (n: number): AttachedPaper["attached"]["paper"]["pages"][number] => ({
    photo: `00000000-0000-7000-d000-${String(visit.papers.length * 100 + n).padStart(12, "0")}`,
    original: { sha256: `${n}${HEX.slice(1)}`, len: 2_400_000 },
    thumbnail: { sha256: HEX, len: 9000 },
    name: `SCAN_00${n + 1}.JPG`,
    mime: "image/jpeg",
    method: "paper",
    meta: {},
    distance_m: null,
    items: [],
  });
  const paper = { v: 1, visit: visit.id, seal, pages: Array.from({ length: pages }, (_, n) => page(n)), signers, note, at_ms: Date.now() };
  return { entry: `${HEX}${visit.papers.length}`, attached: { paper, person: by.person, name: by.name, kid: HEX, public_key: "", signature: "" } };
}

/** The reviewer sent the visit back with words on two items. */
function returned(view: VisitView): void {
  const { description, answers, findings, photos } = view.visit;
  view.phase = "returned";
  view.visit.returns = [
    {
      sealed: { record: { sha256: HEX, len: 1 }, statement: { sha256: HEX, len: 1 }, covers: [], signers: 2 },
      entry: HEX,
      signatures: [],
      held: { description, answers, photos, findings, countersign: null, hand_signed: [] },
      returned: {
        statement: HEX,
        person: description.team[0]?.person ?? "",
        account: "fuhe",
        name: "周敏",
        comment: "门楣照片看不清，请补一张。",
        items: [
          { item: "C4-04", comment: "照片里看不到标识，请补拍或说明。" },
          { item: "C4-09", comment: "月均营业额与台账不一致，请核对。" },
        ],
        at_ms: description.started_at_ms,
      },
    },
  ];
  view.comparison = {
    answers: [{ item: "C4-09", from: { zh: "1,860 元/月", en: "1,860 yuan a month" }, to: { zh: "2,140 元/月", en: "2,140 yuan a month" } }],
    photos_added: photos.slice(-1).map((one) => one.attached.photo),
    photos_withdrawn: [],
    photos_changed: [],
    findings: [],
    description: null,
  };
}

/** Two colleagues answered the same item otherwise. */
function disputed(view: VisitView): void {
  const [one, two] = view.visit.description.team;
  const ts_ms = view.visit.description.started_at_ms;
  view.visit.answers["C4-04"] = [
    { entry: HEX, by: one?.person ?? null, ts_ms, answer: { how: "answered", fields: { sign: { t: "yes_no", v: true } } } },
    { entry: `${HEX.slice(1)}0`, by: two?.person ?? null, ts_ms: ts_ms + 60_000, answer: { how: "answered", fields: { sign: { t: "yes_no", v: false } }, note: "门头有破损" } },
  ];
}

/** Photos of a visit around its station, as far apart as they say; the third one's point stands in another datum. */
export function plotOf(photos: VisitPhoto[], station: Station | null): Plot | null {
  const points = photos.flatMap(({ attached, withdrawn }, at): PlotPoint[] => {
    if (!attached.meta.position || withdrawn !== null) return [];
    const distance_m = attached.distance_m ?? 0;
    const east_m = Math.round(distance_m * Math.cos(at));
    return [{ photo: attached.photo, east_m, north_m: Math.round(distance_m * Math.sin(at)), distance_m, datum: at === 3 ? "gcj02" : attached.meta.position.datum, converted: at === 3 }];
  });
  return points.length ? { centre: station?.position ? "station" : "photos", datum: "wgs84", points } : null;
}

/** Shows the visit as the address asks. */
export function shape(view: VisitView, words: URLSearchParams): void {
  const [one, two] = view.visit.description.team;
  if (words.has("returned")) returned(view);
  if (words.has("disputed")) disputed(view);
  if (words.has("seconded")) view.visit.description = { ...view.visit.description, seconded: [{ person: "00000000-0000-7000-b000-000000000000", name: "范雨晴", org: "青禾县供销社" }] };
  if (words.has("uncovered")) view.visit.uncovered = uncovered(view, two?.person ?? "");
  if (words.has("proposed")) view.station = { ...view.station, name: "柳湾村站", position: null, proposed: true };
  if (words.has("aborted")) {
    view.phase = "aborted";
    view.visit.aborted = { by: one?.person ?? null, ts_ms: Date.now(), reason: "站点昨天已经查过，点错了" };
  }
  if (words.has("reaimed")) view.visit.reaimed = [{ from: view.visit.station, by: one?.person ?? null, ts_ms: Date.now(), reason: "名单上选错了一行" }];
  view.plot = plotOf(view.visit.photos, view.station);
}
