import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostEvent } from "@/contract";
import { asApiError } from ".";
import { webFieldHost } from "./web-field";

interface Asked {
  path: string;
  init: RequestInit;
}

const TOKEN = "ab".repeat(32);
let asked: Asked[];
let streams: { url: string; onmessage?: (event: { data: string }) => void }[];
let sent: [string, unknown][];
let answer: (path: string) => Response | Error;

class Stream {
  onmessage?: (event: { data: string }) => void;
  constructor(readonly url: string) {
    streams.push(this);
  }
  close(): void {}
}

class Upload {
  readonly upload = { onprogress: null };
  readonly status = 200;
  responseText = "";
  onload: (() => void) | null = null;
  onloadend: (() => void) | null = null;
  private path = "";
  open(_: string, path: string): void {
    this.path = path;
  }
  setRequestHeader(): void {}
  send(file: unknown): void {
    this.responseText = JSON.stringify({ handle: `sent-${sent.push([this.path, file])}` });
    queueMicrotask(() => {
      this.onload?.();
      this.onloadend?.();
    });
  }
}

beforeEach(() => {
  asked = [];
  sent = [];
  streams = [];
  answer = (path) => Response.json(path === "/session" ? { base: "/s/inside" } : { handle: `file-${asked.length}` });
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("XMLHttpRequest", Upload);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    const given = answer(path);
    if (given instanceof Error) throw given;
    return given;
  });
  localStorage.clear();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  location.hash = "";
  document.body.innerHTML = "";
});

describe("the field application in a browser", () => {
  it("trades the token once and keeps it nowhere", async () => {
    location.hash = `#token=${TOKEN}`;
    const host = await webFieldHost();
    expect(asked[0]).toMatchObject({ path: "/session", init: { body: JSON.stringify({ token: TOKEN }) } });
    expect(location.href).not.toContain(TOKEN);
    expect(JSON.stringify(localStorage)).not.toContain(TOKEN);
    await host.call("app_state", {});
    expect(asked[1]?.path).toBe("/s/inside/call/app_state");
    expect(host.imageUrl("page", "0190/2")).toBe("/s/inside/pictures/page/0190/2");
    expect(streams.map((stream) => stream.url)).toEqual(["/s/inside/events"]);
  });

  it("is let in again by what the browser kept, without asking for the token", async () => {
    localStorage.setItem("xunzhan.base", "/s/kept");
    const host = await webFieldHost();
    await host.call("app_state", {});
    expect(asked.map((one) => one.path)).toEqual(["/s/kept/call/app_state"]);
  });

  it("says that the program has ended when nobody answers", async () => {
    const host = await webFieldHost();
    expect(streams).toEqual([]);
    answer = () => new TypeError("Failed to fetch");
    const error = await host.call("app_state", {}).catch(asApiError);
    expect(error).toMatchObject({ code: "shell_closed" });
    answer = () => Response.json({ code: "shell_closed", params: {} }, { status: 401 });
    expect(await host.call("app_state", {}).catch(asApiError)).toMatchObject({ code: "shell_closed" });
  });

  it("hands chosen files in as their own bytes", async () => {
    const host = await webFieldHost();
    const input = document.querySelector<HTMLInputElement>("[data-testid=file-chooser]")!;
    const files = [new File(["one"], "大门.jpg"), new File(["two"], "台账.jpg")];
    Object.defineProperty(input, "files", { get: () => files });
    vi.spyOn(input, "click").mockImplementation(() => input.dispatchEvent(new Event("change")));
    const chosen = await host.pickFiles("photos");
    expect(chosen).toHaveLength(2);
    expect(input.multiple).toBe(true);
    expect(asked, "they wait in the browser until a call wants them").toEqual([]);
    await host.call("start_from_card", { card: { handle: chosen[0]!, text: null }, device_name: "一号" });
    await host.call("start_from_card", { card: { handle: chosen[0]!, text: null }, device_name: "一号" });
    expect(sent).toEqual([["/s/none/files?name=%E5%A4%A7%E9%97%A8.jpg", files[0]]]);
    expect(asked.map((one) => JSON.parse(one.init.body as string).card.handle)).toEqual(["sent-1", "sent-1"]);
  });

  it("takes chosen files in as one import, and asks the program for every other", async () => {
    const host = await webFieldHost();
    const handles = await host.handIn!([new File(["one"], "a.jpg"), new File(["two"], "b.jpg")]);
    answer = (path) => Response.json(path.endsWith("import_report") ? { finished: true, cancelled: false, rows: [] } : { import: "of-the-program" });
    const { import: id } = await host.call("import_to_inbox", { handles, method: "paste" });
    expect(id).not.toBe("of-the-program");
    await vi.waitFor(async () => expect((await host.call("import_report", { import: id })).finished).toBe(true));
    expect(sent.map(([path]) => path)).toEqual(["/s/none/files?name=a.jpg", "/s/none/files?name=b.jpg"]);
    const begun = asked.filter((one) => one.path.endsWith("/call/import_to_inbox")).map((one) => JSON.parse(one.init.body as string));
    expect(begun.flatMap((one) => one.handles)).toEqual(["sent-1", "sent-2"]);
    expect(begun[0].method).toBe("paste");
    await host.call("import_report", { import: "of-the-program" });
    expect(JSON.parse(asked.at(-1)!.init.body as string)).toEqual({ import: "of-the-program" });
  });

  it("answers no file when the dialog is closed", async () => {
    const host = await webFieldHost();
    const input = document.querySelector<HTMLInputElement>("[data-testid=file-chooser]")!;
    vi.spyOn(input, "click").mockImplementation(() => input.dispatchEvent(new Event("cancel")));
    expect(await host.pickFiles("card")).toEqual([]);
    expect(input.multiple).toBe(false);
  });

  it("saves a document once all of it is here, and says why when it is not", async () => {
    localStorage.setItem("xunzhan.base", "/s/kept");
    const host = await webFieldHost();
    const links: [string, string][] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      links.push([this.href, this.download]);
    });
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:one");
    let let_go = (): void => undefined;
    const whole = new Promise<Blob>((done) => (let_go = () => done(new Blob(["photo"]))));
    answer = () => Object.assign(new Response("photo"), { blob: () => whole });
    const saved = host.saveRecord("h/1", "一.jpg");
    await new Promise((go) => setTimeout(go));
    expect(links).toEqual([]);
    let_go();
    expect(await saved).toBe(true);
    expect(links).toEqual([["blob:one", "一.jpg"]]);
    expect(asked.at(-1)?.path).toBe("/s/kept/records/h%2F1");

    answer = () => Response.json({ code: "locked", params: {} }, { status: 409 });
    await expect(host.saveRecord("h", "x")).rejects.toMatchObject({ api: { code: "locked" } });
    answer = () => new Error("gone");
    await expect(host.saveRecord("h", "x")).rejects.toMatchObject({ api: { code: "shell_closed" } });
    expect(links).toHaveLength(1);
  });

  it("tells what the program tells, and what is dropped with its folders", async () => {
    localStorage.setItem("xunzhan.base", "/s/drop");
    const host = await webFieldHost();
    const heard: HostEvent[] = [];
    host.onEvent((event) => heard.push(event));
    streams[0]?.onmessage?.({ data: JSON.stringify({ event: "changed", ids: ["a"] }) });
    expect(heard).toEqual([{ event: "changed", ids: ["a"] }]);

    const file = (name: string) => ({ isFile: true, name, fullPath: `/photos/${name}`, file: (done: (file: File) => void) => done(new File([name], name)) });
    const reader = (parts: unknown[][]) => ({ readEntries: (done: (part: unknown[]) => void) => done(parts.shift() ?? []) });
    const folder = { isFile: false, name: "photos", fullPath: "/photos", createReader: () => reader([[file("b.jpg")], [file("c.jpg")], []]) };
    const drop = new Event("drop", { cancelable: true });
    Object.assign(drop, { dataTransfer: { items: [file("a.jpg"), folder].map((entry) => ({ webkitGetAsEntry: () => entry })) } });
    window.dispatchEvent(drop);
    expect(drop.defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(heard[1]).toMatchObject({ event: "dropped" });
    const { handles } = heard[1] as Extract<HostEvent, { event: "dropped" }>;
    expect(handles).toHaveLength(3);
    await host.call("start_from_card", { card: { handle: handles[2]!, text: null }, device_name: "一号" });
    expect(sent.map(([path]) => path)).toEqual([`/s/drop/files?name=${encodeURIComponent("photos/c.jpg")}`]);
  });
});
