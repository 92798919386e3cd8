/** The county's server in a browser as a host: every call is one request, the session is a cookie. */
import type { ConsoleCalls, StationTable } from "@/contract";
import type { ConsoleHost } from ".";
import { post, send } from "./web";

export function webConsoleHost(): ConsoleHost {
  return {
    call: <K extends keyof ConsoleCalls>(name: K, args: ConsoleCalls[K]["args"]) =>
      post<ConsoleCalls[K]["answer"]>(`/api/call/${name}`, args),
    photoUrl: (scope, visit, photo, size, kept) => `/api/scopes/${scope}/visits/${visit}/photos/${photo}/${size}${kept ? "?save" : ""}`,
    listUrl: (scope, wanted) => `/api/scopes/${scope}/list?export=${encodeURIComponent(JSON.stringify(wanted))}`,
    bringStations: (scope, file) => send<StationTable>(`/api/scopes/${scope}/station-tables`, file),
    stationReportUrl: (scope, upload, language) => `/api/scopes/${scope}/station-tables/${upload}/report?lang=${language}`,
    documentUrl: (scope, visit, document) => `/api/scopes/${scope}/visits/${visit}/${document}`,
  };
}
