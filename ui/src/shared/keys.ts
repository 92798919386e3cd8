/** Keys of a screen. A key that belongs to an input method or to a text field never reaches it. */
import { onBeforeUnmount, onMounted } from "vue";

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

export interface Press {
  key: string;
  control: boolean;
  /** Focus is in a text field. */
  typing: boolean;
  /** Focus is on something that Enter presses. */
  pressable: boolean;
  event: KeyboardEvent;
}

/** The listener of a text field's own keys. Only this file listens to keys, so that none of them acts while an input method composes. */
export function fieldKeys(acts: Record<string, (event: KeyboardEvent) => void>): (event: Event | KeyboardEvent) => void {
  return (event) => {
    if (!(event instanceof KeyboardEvent) || composing(event)) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  };
}

/** Calls the handler for every key that may mean something to a screen; what it answers true to goes no further. `first` hears keys before the screen below. */
export function useKeys(handler: (press: Press) => boolean, options: { first?: boolean } = {}): void {
  const capture = options.first ?? false;
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || composing(event) || event.altKey || event.metaKey) return;
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
  onMounted(() => window.addEventListener("keydown", listen, capture));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen, capture));
}
