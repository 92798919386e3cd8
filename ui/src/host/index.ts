/** The complete surface that a screen may use to reach its host. */
import { inject, type App, type InjectionKey } from "vue";
import type { ApiError, ConsoleCalls, ErrorCode, ExportList, FieldCalls, HostEvent, StationTable } from "@/contract";

/**
 * What a host may or may not be able to do; a screen asks, it never guesses which host it has. A host that can `pick_place` has no dialog for a
 * folder that is written to: the page offers the media that `copy_places` names.
 */
export type Ability = "pick_files" | "pick_folder" | "pick_place" | "drop_files" | "paste_files" | "paste_paths" | "save_record";

/** Pictures by what they are of: `thumbnail`, `preview` and `original` by photo id, `page` by `<visit>/<page from 1>`. */
export type ImageKind = "thumbnail" | "preview" | "original" | "page";

/** What a native dialog is to choose; `clipboard` are the files that were copied in another program, for a host that can `paste_paths`. */
export type Pick = "photos" | "folder" | "card" | "clipboard";

/** A film that may be played until it is freed. */
export interface Film {
  url: string;
  free(): void;
}

/** The inspector's host. */
export interface FieldHost {
  /** Makes a call of the contract; fails with a {@link HostError}. */
  call<K extends keyof FieldCalls>(name: K, args: FieldCalls[K]["args"]): Promise<FieldCalls[K]["answer"]>;
  can(what: Ability): boolean;
  /** Handles of the chosen files or folder; none when the dialog was closed. */
  pickFiles(what: Pick): Promise<string[]>;
  /** Handles of files that the page itself was given, as by pasting; only for a host that can `paste_files`. */
  handIn(files: File[]): Promise<string[]>;
  /** Calls the listener until the returned function is called. */
  onEvent(listener: (event: HostEvent) => void): () => void;
  /** Address of a picture; it never holds a path of the machine. */
  imageUrl(kind: ImageKind, id: string): string;
  /** A film as this host's player takes it. */
  film(id: string): Promise<Film>;
  /** Copies a finished document where the person wants it; false when the dialog was closed. */
  saveRecord(handle: string, fileName: string): Promise<boolean>;
  /** Tells the host that the first screen can be used. */
  usable(): void;
}

/** The supervisor's host. */
export interface ConsoleHost {
  call<K extends keyof ConsoleCalls>(name: K, args: ConsoleCalls[K]["args"]): Promise<ConsoleCalls[K]["answer"]>;
  /** Address of a photo of a visit; to be `kept` as a file, the server notes who did. */
  photoUrl(scope: string, visit: string, photo: string, size: "thumb" | "preview" | "original", kept?: "kept"): string;
  /** Address of a visit's record, or of its proof bundle. */
  documentUrl(scope: string, visit: string, document: "record.pdf" | "bundle"): string;
  /** Address of a list as a workbook. */
  listUrl(scope: string, wanted: ExportList): string;
  /** Brings a file with stations to the server and says what stands in it. */
  bringStations(scope: string, file: File): Promise<StationTable>;
  /** Address of the report on a file that was brought. */
  stationReportUrl(scope: string, upload: string, language: "zh" | "en"): string;
}

/** An error of the contract, as thrown by `call`. */
export class HostError extends Error {
  constructor(readonly api: ApiError) {
    super(api.code);
    this.name = "HostError";
  }
  get code(): ErrorCode {
    return this.api.code;
  }
}

/** Whatever was thrown, as an error of the contract. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof HostError) return thrown.api;
  if (typeof thrown === "object" && thrown !== null && "code" in thrown) {
    const params = "params" in thrown && typeof thrown.params === "object" && thrown.params !== null ? thrown.params : {};
    return { code: String(thrown.code) as ErrorCode, params: params as Record<string, string> };
  }
  return { code: "internal", params: { detail: thrown instanceof Error ? thrown.message : String(thrown) } };
}

const FIELD_HOST: InjectionKey<FieldHost> = Symbol("field host");
const CONSOLE_HOST: InjectionKey<ConsoleHost> = Symbol("console host");

export function provideFieldHost(app: App, host: FieldHost): void {
  app.provide(FIELD_HOST, host);
}

export function provideConsoleHost(app: App, host: ConsoleHost): void {
  app.provide(CONSOLE_HOST, host);
}

function present<T>(host: T | undefined): T {
  if (!host) throw new HostError({ code: "internal", params: { detail: "no host was provided" } });
  return host;
}

export const useFieldHost = (): FieldHost => present(inject(FIELD_HOST));
export const useConsoleHost = (): ConsoleHost => present(inject(CONSOLE_HOST));
