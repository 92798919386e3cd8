/** What is asked of a server from a browser: requests, files, events. Both web hosts stand on it. */
import { asApiError, HostError } from ".";

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    // A form on another site cannot set this header, so it cannot act in anybody's name.
    const headers = { ...init.headers, "x-xunzhan": "1" };
    answer = await fetch(path, { ...init, method: "POST", credentials: "same-origin", headers });
  } catch {
    throw new HostError({ code: "server_unreachable", params: {} });
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw new HostError(body === null ? { code: "server_confused", params: { status: String(answer.status) } } : asApiError(body));
}

/** Sends JSON and answers JSON. */
export const post = <T>(path: string, args: unknown): Promise<T> =>
  ask<T>(path, { headers: { "content-type": "application/json" }, body: JSON.stringify(args) });

/** Sends a file's bytes as they are; the browser reads them from the disk while they go. */
export const send = <T>(path: string, file: Blob): Promise<T> =>
  ask<T>(path, { headers: { "content-type": "application/octet-stream" }, body: file });

/** Calls the listener with each message until the returned function is called. The browser opens a stream that broke again. */
export function listen(path: string, listener: (message: unknown) => void): () => void {
  const source = new EventSource(path);
  source.onmessage = (event: MessageEvent<string>) => listener(JSON.parse(event.data));
  return () => source.close();
}
