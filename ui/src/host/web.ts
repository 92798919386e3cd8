/** A server in a browser as a host: every call is one request, the session is a cookie. */
import type { ConsoleCalls, StationTable } from "@/contract";
import { asApiError, HostError, type ConsoleHost } from ".";

async function post<T>(path: string, type: string, content: BodyInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      // A form on another site cannot set this header, so it cannot act in a reviewer's name.
      headers: { "content-type": type, "x-xunzhan": "1" },
      body: content,
    });
  } catch {
    throw new HostError({ code: "server_unreachable", params: {} });
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw new HostError(body === null ? { code: "server_confused", params: { status: String(answer.status) } } : asApiError(body));
}

export function webConsoleHost(): ConsoleHost {
  return {
    call: <K extends keyof ConsoleCalls>(name: K, args: ConsoleCalls[K]["args"]) =>
      post<ConsoleCalls[K]["answer"]>(`/api/call/${name}`, "application/json", JSON.stringify(args)),
    photoUrl: (scope, visit, photo, size) => `/api/scopes/${scope}/visits/${visit}/photos/${photo}/${size}`,
    bringStations: (scope, file) => post<StationTable>(`/api/scopes/${scope}/station-tables`, "application/octet-stream", file),
    stationReportUrl: (scope, upload, language) => `/api/scopes/${scope}/station-tables/${upload}/report?lang=${language}`,
    documentUrl: (scope, visit, document) => `/api/scopes/${scope}/visits/${visit}/${document}`,
  };
}
