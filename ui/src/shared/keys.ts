/**
 * Keys of a screen. Only this file listens to them: a key that belongs to an input method, to a text field or to a dialog above never
 * reaches the screen below.
 */
import { inject, onBeforeUnmount, onMounted, provide, ref, shallowReactive, type InjectionKey } from "vue";

/** Whether an input method is composing: such keys never answer or move. WebKit says so by key code only. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether the focus is where text is typed. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["checkbox", "radio", "button", "submit", "file", "range"].includes(target.type);
}

/** Whether Enter and Space already mean something there. */
export function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a[href], [role=button], [role=checkbox], summary") !== null;
}

/** Whether the focus is on a list to choose from that is closed. The kit takes Esc there, though there is nothing to close. */
export function isClosedList(target: EventTarget | null): boolean {
  const list = target instanceof HTMLElement ? target.closest("[role=combobox]") : null;
  return list !== null && list.getAttribute("aria-expanded") !== "true";
}

export interface Press {
  key: string;
  control: boolean;
  /** Focus is in a text field. */
  typing: boolean;
  /** Focus is on something that Enter presses. */
  pressable: boolean;
  event: KeyboardEvent;
}

/** Keys as printed, each with what it does: a key of the catalogues below `keys`. */
export type KeyHelp = readonly (readonly [keys: string, does: string])[];

export const DEPTH: InjectionKey<number> = Symbol("depth of the layer");
/** Depths of the layers that are open above the screen. */
const layers = shallowReactive<number[]>([]);
/** What the keys of each layer do, the screen's first. */
const helps = shallowReactive<{ depth: number; help: KeyHelp }[]>([]);

/** Whether the list of keys is shown. */
export const keysShown = ref(false);
/** Keys of the topmost layer that says what its keys do. */
export function keysHere(): KeyHelp {
  const top = Math.max(0, ...helps.map((one) => one.depth));
  return helps.filter((one) => one.depth === top).flatMap((one) => one.help);
}

function whileMounted<T>(list: T[], one: T): void {
  onMounted(() => void list.push(one));
  onBeforeUnmount(() => void list.splice(list.indexOf(one), 1));
}

/** Makes the component a layer above the screen, which hears no key while it is there. Answers the layer's depth. */
export function useLayer(): number {
  const depth = Math.max(0, ...layers) + 1;
  provide(DEPTH, depth);
  layers.push(depth);
  onBeforeUnmount(() => void layers.splice(layers.indexOf(depth), 1));
  return depth;
}

/** The listener of a text field's own keys. */
export function fieldKeys(acts: Record<string, (event: KeyboardEvent) => void>): (event: Event | KeyboardEvent) => void {
  return (event) => {
    if (!(event instanceof KeyboardEvent) || composing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  };
}

/** Calls the handler for every key that may mean something to its layer; what it answers true to goes no further. */
export function useKeys(handler: (press: Press) => boolean, options: { depth?: number; help?: KeyHelp; before?: boolean } = {}): void {
  const depth = options.depth ?? inject(DEPTH, 0);
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || composing(event) || event.altKey || event.metaKey) return;
    if (depth < Math.max(0, ...layers)) return;
    const press: Press = {
      key: event.key.length === 1 ? event.key.toLowerCase() : event.key,
      control: event.ctrlKey,
      typing: isTextField(event.target),
      pressable: isPressable(event.target),
      event,
    };
    if (handler(press)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  // Before the kit's own controls hear it, if asked: a list to choose from would open on Ctrl+Enter.
  onMounted(() => window.addEventListener("keydown", listen, options.before ?? false));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen, options.before ?? false));
  if (options.help) whileMounted(helps, { depth, help: options.help });
}
