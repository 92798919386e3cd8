/** An invented inbox: three hundred photos of two visits, with bursts, gaps and puzzles. `?inbox=empty`, `many` (two thousand) and `refuses` change it. */
import type { AssignPhotos, Assigned, Inbox, InboxPhoto, Pack, PutAside, Reason, Station, VisitRow } from "@/contract";

const HEX = "9f2c41d07be85a6630c9e1f4a2b7d85c0e6f13a94bd27058c6e9f0a1b2c3d4e5";
const MINUTE = 60_000;
const MORNING = Date.parse("2026-11-20T09:05:00+08:00");
const AFTERNOON = Date.parse("2026-11-20T14:20:00+08:00");

export interface FakeInbox {
  list(): Inbox;
  assign(args: AssignPhotos): Assigned;
  putAside(args: PutAside): Inbox;
  /** So many more photos, as an import brings them. */
  bring(count: number): void;
}

/** What the file of a photo says. */
interface File {
  taken: number | null;
  placed: boolean;
  device?: boolean;
}
type Sorted = Pick<InboxPhoto, "proposal" | "station_name" | "reasons">;

export function fakeInbox(stations: readonly Station[], pack: Pack, rows: readonly VisitRow[], words: URLSearchParams): FakeInbox {
  const visits = rows.map((row, at) => ({ ...row, started_at_ms: at === 0 ? AFTERNOON : MORNING }));
  let next = 0;
  let burst = 0;
  let photos: InboxPhoto[] = [];

  function add(file: File, sorted: Sorted, more: { aside?: boolean; together?: boolean } = {}): void {
    const n = next++;
    if (!more.together) burst += 1;
    const local = file.taken === null ? null : new Date(file.taken + 480 * MINUTE).toISOString().slice(0, 19);
    photos.push({
      attached: {
        photo: `00000000-0000-7000-e000-${String(n).padStart(12, "0")}`,
        original: { sha256: HEX, len: 4_213_000 + n * 1000 },
        thumbnail: n % 53 === 52 ? null : { sha256: HEX, len: 9000 },
        name: n % 41 === 40 ? `VID_${2000 + n}.MP4` : `IMG_${2000 + n}.JPG`,
        mime: n % 41 === 40 ? "video/mp4" : "image/jpeg",
        method: "dialog",
        meta: {
          ...(local === null ? {} : { taken_at: local, offset: "+08:00" }),
          ...(file.placed ? { position: { lat_e7: 349232167 + n, lon_e7: 920631741, datum: "wgs84" as const } } : {}),
          ...(file.device === false ? {} : { make: "HUAWEI", model: "HUAWEI P60" }),
          width: 4000,
          height: 3000,
        },
        distance_m: null,
        items: [],
      },
      arrived_at_ms: Date.parse("2026-11-20T18:02:00+08:00"),
      time_grade: file.taken === null ? "none" : "device_only",
      missing: [...(file.taken === null ? (["time"] as const) : []), ...(file.placed ? [] : (["position"] as const)), ...(file.device === false ? (["device"] as const) : [])],
      burst,
      aside: more.aside ?? false,
      ...sorted,
    });
  }
  const lacks = (file: File): Reason[] => [...(file.taken === null ? [{ kind: "no_time" as const }] : []), ...(file.placed ? [] : [{ kind: "no_position" as const }])];

  /** A photo of a visit: of every ten, the first four are one burst. */
  function ofVisit(row: VisitRow, n: number, each: number): void {
    const file = { taken: row.started_at_ms + (n % 10 < 4 ? n - (n % 10) : n) * each + (n % 10) * 800, placed: n % 17 !== 5 };
    const item = n % 5 === 4 ? null : (pack.items[Math.floor(n / 12) % pack.items.length]?.code ?? null);
    const reasons: Reason[] = [{ kind: "during_visit" }, ...(file.placed ? [{ kind: "at_station" as const, distance_m: 12 + ((n * 7) % 90) }] : []), ...(item ? [{ kind: "answered" as const, item, minutes: 3 - (n % 5) }] : []), ...lacks(file)];
    add(file, { proposal: { station: row.station, visit: row.visit, item }, station_name: row.station_name, reasons }, { together: n % 10 > 0 && n % 10 < 4 });
  }
  function alone(station: Station | undefined, n: number, day: number): void {
    if (!station) return;
    const file = { taken: MORNING - day * 1440 * MINUTE + n * MINUTE, placed: true };
    add(file, { proposal: { station: station.id, visit: null, item: null }, station_name: station.name, reasons: [{ kind: "no_visit_then" }, { kind: "at_station", distance_m: 20 + n }] });
  }
  function nowhere(file: File, reasons: Reason[], aside = false): void {
    add(file, { proposal: null, station_name: null, reasons: [...reasons, ...lacks(file)] }, { aside });
  }

  const each = words.get("inbox") === "many" ? 1000 : 120;
  if (words.get("inbox") !== "empty") {
    for (const row of [...visits].toReversed()) for (let n = 0; n < each; n++) ofVisit(row, n, 30_000);
    for (let n = 0; n < 16; n++) alone(stations[7], n, 3);
    for (let n = 0; n < 6; n++) alone(stations[9], n, 5);
    for (let n = 0; n < 12; n++) nowhere({ taken: MORNING + n * MINUTE, placed: true }, [{ kind: "during_visit" }, { kind: "far_from_station", distance_m: 3_200 + n * 900 }]);
    for (let n = 0; n < 8; n++) nowhere({ taken: AFTERNOON + n * MINUTE, placed: false }, [{ kind: "several_visits", visits: 2 }]);
    for (let n = 0; n < 4; n++) nowhere({ taken: MORNING - (5 + n) * MINUTE, placed: false }, [{ kind: "around_visit", minutes: 5 + n, before: true }]);
    for (let n = 0; n < 8; n++) nowhere({ taken: null, placed: false, device: n % 2 === 0 }, []);
    for (let n = 0; n < 6; n++) nowhere({ taken: MORNING - 9000 * MINUTE, placed: false }, [{ kind: "no_visit_then" }], true);
  }

  const list = (): Inbox => ({ photos: [...photos], visits });
  return {
    list,
    assign({ assignments }) {
      const refused = words.get("inbox") === "refuses" ? assignments.slice(0, 3).map(({ photo }) => ({ photo, rule: "same_photo" })) : [];
      const gone = new Set(assignments.map((one) => one.photo).filter((photo) => !refused.some((one) => one.photo === photo)));
      photos = photos.filter((one) => !gone.has(one.attached.photo));
      return { taken: gone.size, refused, inbox: list() };
    },
    putAside(args) {
      photos = photos.map((one) => (args.photos.includes(one.attached.photo) ? { ...one, aside: args.aside } : one));
      return list();
    },
    bring(count) {
      const row = visits[0];
      for (let n = 0; row && n < count; n++) ofVisit(row, n, 20_000);
    },
  };
}
