/** An invented file of stations and what would become of its rows, for looking at the screens. Never part of the programs. */
import type { StationFault, StationFaultKind, StationField, StationLine, StationTable, StationsReport } from "@/contract";

const HEADERS = ["序号", "站点编号", "站点名称", "乡镇", "村", "经度", "纬度", "负责人", "联系电话", "备注"];
const MAPPING: (StationField | null)[] = [null, "code", "name", "township", "village", "longitude", "latitude", "manager", "phone", null];
const VILLAGES = ["青河", "石头寨", "南坪", "𬭼家湾", "后榆林", "桑园", "竹溪", "望河"];

export const stationTable: StationTable = {
  upload: "0",
  format: "GB 18030",
  sheets: [],
  sheet: null,
  header_row: 3,
  columns: HEADERS,
  mapping: MAPPING,
  first_rows: VILLAGES.map((village, at) => ({
    row: at + 4,
    cells: [String(at + 1), `QH-${String(at + 1).padStart(3, "0")}`, `${village}村站`, "青禾镇", `${village}村`, `92.${631_741 + at * 1371}`, `34.${923_216 + at * 977}`, "葛𪨶", "138****0000", ""],
  })),
  rows: 212,
};

function line(row: number, village: string, rest: Partial<StationLine>): StationLine {
  return { row, outcome: "new", station: null, name: `${village}村站`, township: "青禾镇", village: `${village}村`, code: `QH-${row}`, faults: [], changes: [], ...rest };
}
function bad(kind: StationFaultKind, field: StationField, column: string, value: string, params: Record<string, string> = {}): Partial<StationLine> {
  const fault: StationFault = { kind, field, column, value, params };
  return { outcome: "bad", faults: [fault] };
}

const LINES: StationLine[] = [
  line(4, "青河", {}),
  line(5, "石头寨", { outcome: "changed", changes: [{ field: "manager", from: "曹爱莲", to: "葛𪨶" }, { field: "code", from: "", to: "QH-5" }] }),
  line(6, "南坪", { outcome: "same" }),
  line(7, "𬭼家湾", bad("swapped", "longitude", "经度", "34.9042, 92.3974")),
  line(8, "后榆林", bad("outside_china", "longitude", "经度", "2.35")),
  line(9, "桑园", bad("repeated", "code", "站点编号", "QH-001", { row: "4" })),
  line(10, "", bad("missing", "name", "站点名称", "")),
];

export function stationsReport(done: boolean, show: string | null): StationsReport {
  const lines = LINES.filter((one) => show === null || one.outcome === show);
  return { plan: "0", done, rows: 212, new: 196, changed: 7, same: 5, bad: 4, lines, more: false };
}
