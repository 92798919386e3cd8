/** What is asked of a server from a browser: requests, files, events. Both web hosts stand on it. */
import { asApiError, HostError } from ".";

/** What is reached, or the sentence that nobody is there. */
async function reached<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch {
    throw new HostError({ code: "server_unreachable", params: {} });
  }
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  // A form on another site cannot set this header, so it cannot act in anybody's name.
  const headers = { ...init.headers, "x-xunzhan": "1" };
  const answer = await reached(fetch(path, { ...init, method: "POST", credentials: "same-origin", headers }));
  return said<T>(answer.ok, answer.status, await answer.json().catch(() => null));
}

/** Reads a document whole; the browser keeps a large one on the disk. */
export async function read(path: string): Promise<Blob> {
  const answer = await reached(fetch(path, { credentials: "same-origin" }));
  return answer.ok ? reached(answer.blob()) : said<Blob>(false, answer.status, await answer.json().catch(() => null));
}

function said<T>(ok: boolean, status: number, body: unknown): T {
  if (ok) return body as T;
  throw new HostError(body === null ? { code: "server_confused", params: { status: String(status) } } : asApiError(body));
}

/** Sends JSON and answers JSON. */
export const post = <T>(path: string, args: unknown): Promise<T> =>
  ask<T>(path, { headers: { "content-type": "application/json" }, body: JSON.stringify(args) });

/** Sends a file's bytes as they are; the browser reads them from the disk while they go. */
export const send = <T>(path: string, file: Blob): Promise<T> =>
  ask<T>(path, { headers: { "content-type": "application/octet-stream" }, body: file });

/** Sends a file's bytes as `send` does, and says of each further byte that it is on its way, until it is stopped. */
export function sendWatched<T>(path: string, file: Blob, step: (bytes: number) => void, stop: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    // The browser tells of an upload's bytes in this way only.
    const request = new XMLHttpRequest();
    const lost = () => failed(new HostError({ code: "server_unreachable", params: {} }));
    const abort = () => request.abort();
    let told = 0;
    request.upload.onprogress = ({ loaded }) => {
      // What frames the bytes is counted with them.
      const now = Math.min(loaded, file.size);
      step(now - told);
      told = now;
    };
    request.onload = () => {
      try {
        done(said<T>(request.status >= 200 && request.status < 300, request.status, parsed(request.responseText)));
      } catch (thrown) {
        failed(thrown);
      }
    };
    request.onerror = request.onabort = lost;
    request.onloadend = () => stop.removeEventListener("abort", abort);
    request.open("POST", path);
    request.setRequestHeader("x-xunzhan", "1");
    request.setRequestHeader("content-type", "application/octet-stream");
    stop.addEventListener("abort", abort);
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Calls the listener with each message until the returned function is called. The browser opens a stream that broke again. */
export function listen(path: string, listener: (message: unknown) => void): () => void {
  const source = new EventSource(path);
  source.onmessage = (event: MessageEvent<string>) => listener(JSON.parse(event.data));
  return () => source.close();
}
