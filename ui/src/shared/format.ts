/** Times, sizes and distances as screens write them. Dates are 2026-11-21, times have 24 hours. */

const two = (n: number) => String(n).padStart(2, "0");

/** `2026-11-21` of an instant, in this machine's time zone. */
export function day(ms: number): string {
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** `09:31` of an instant. */
export function clock(ms: number): string {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** `09:31:07` of an instant. */
export function clockSeconds(ms: number): string {
  return `${clock(ms)}:${two(new Date(ms).getSeconds())}`;
}

/** `2026-11-21 09:31` of an instant. */
export function dayClock(ms: number): string {
  return `${day(ms)} ${clock(ms)}`;
}

/** The instant of a day and a clock time typed by a person, or none when either is not one. */
export function instant(dayText: string, clockText: string): number | null {
  const date = isoDay(dayText);
  const time = /^([01]?\d|2[0-3])[:：]?([0-5]\d)$/.exec(clockText.trim());
  if (!date || !time) return null;
  const at = new Date(`${date}T${(time[1] ?? "").padStart(2, "0")}:${time[2] ?? ""}:00`).getTime();
  return Number.isNaN(at) ? null : at;
}

/** Reads a date in the ways that people type it (2026-11-5, 2026.11.5, 20261105, 2026年11月5日); none when it is no calendar date. */
export function isoDay(text: string): string | null {
  const parts = /^(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?$/.exec(text.trim());
  if (!parts) return null;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const d = new Date(year, month - 1, date);
  return d.getFullYear() === year && d.getMonth() === month - 1 && d.getDate() === date ? `${year}-${two(month)}-${two(date)}` : null;
}

/** `4.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}

/** Made once: a list in sight would make hundreds of them at each key. */
const separated = new Intl.NumberFormat("en-US");

/** A number with thousands separators. */
export function grouped(n: number): string {
  return separated.format(n);
}

/** Fen as yuan with thousands separators; decimals only where there are any. */
export function yuan(fen: number): string {
  const whole = grouped(Math.trunc(Math.abs(fen) / 100));
  const rest = Math.abs(fen) % 100;
  return `${fen < 0 ? "-" : ""}${whole}${rest ? `.${two(rest)}` : ""}`;
}

/** A digest in groups of four, to be compared by eye. */
export function fingerprintGroups(hex: string): string[] {
  return hex.replace(/[^0-9a-zA-Z]/g, "").match(/.{1,4}/g) ?? [];
}

/** Degrees with six decimals from tenths of a microdegree. */
export function degrees(e7: number): string {
  return (e7 / 1e7).toFixed(6);
}

/** Offset of local time from UTC at an instant, in minutes, east positive. */
export function utcOffsetMin(ms: number): number {
  const minutes = -new Date(ms).getTimezoneOffset();
  return minutes === 0 ? 0 : minutes;
}

/** `2026-11-21 09:31` of an instant in the zone that a record states, `utcOffset` minutes east of UTC. */
export function dayClockAt(ms: number, utcOffset: number): string {
  return new Date(ms + utcOffset * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

/** First and last groups of a digest. */
export function shortDigest(hex: string): string {
  return `${hex.slice(0, 8)}…${hex.slice(-8)}`;
}
