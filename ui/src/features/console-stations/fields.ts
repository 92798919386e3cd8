/** Fields of a station in the order in which screens show them. */
import type { StationField } from "@/contract";

export const FIELDS = [
  "code",
  "name",
  "township",
  "village",
  "address",
  "manager",
  "phone",
  "longitude",
  "latitude",
  "datum",
] as const satisfies readonly StationField[];
