import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { fieldKeys } from "./keys";

const ROOT = join(import.meta.dirname, "..");
function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

/** Listeners of keys in a source that do not come from `keys.ts`. */
function strays(text: string): string[] {
  const fromHere = new Set([...text.matchAll(/const (\w+) = (?:\(.*?\) => )?fieldKeys\(/g)].map((match) => match[1]!));
  const onElements = [...text.matchAll(/(?:@|v-on:)key(?:down|up|press)([.\w]*)="([^"]*)"/g)];
  return [
    ...onElements.filter(([, modifiers, handler]) => modifiers !== "" || !fromHere.has(/^\w+/.exec(handler!)?.[0] ?? "")).map(([whole]) => whole),
    ...(text.match(/addEventListener\(\s*["'`]key\w+|\.onkey\w+\s*=|onKey(?:down|up|press)\b/g) ?? []),
  ];
}

describe("keys", () => {
  it("are heard through keys.ts only, which leaves those of an input method alone", () => {
    const found = files(ROOT)
      .filter((path) => /\.(vue|ts)$/.test(path) && !/\.test\.ts$|shared\/keys\.ts$/.test(path))
      .flatMap((path) => strays(readFileSync(path, "utf8")).map((one) => `${path}: ${one}`));
    expect(found).toEqual([]);
  });

  it("elsewhere would be found", () => {
    expect(strays('<input @keydown.enter="go" />')).toHaveLength(1);
    expect(strays('<input @keydown="go" />')).toHaveLength(1);
    expect(strays('window.addEventListener("keydown", go)')).toHaveLength(1);
    expect(strays('const goKeys = fieldKeys({}); <input @keydown="goKeys" />')).toEqual([]);
  });

  it("of a field do nothing while an input method composes", () => {
    const enter = vi.fn();
    const listen = fieldKeys({ Enter: enter });
    const press = (more: KeyboardEventInit) => {
      const event = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, ...more });
      listen(event);
      return event;
    };
    expect(press({ isComposing: true }).defaultPrevented).toBe(false);
    expect(press({ keyCode: 229 } as KeyboardEventInit).defaultPrevented).toBe(false);
    expect(enter).not.toHaveBeenCalled();
    expect(press({}).defaultPrevented).toBe(true);
    expect(enter).toHaveBeenCalledOnce();
  });
});
