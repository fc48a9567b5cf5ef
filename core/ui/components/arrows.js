// The arrow keys press the buttons of their directions while one of these has the keyboard's focus. Elsewhere they scroll,
// and in a slider they move its handle.

import { pressWhenAtRest } from "./presses.js";

export default function ({ data }) {
  window.receptiveArrows?.abort();
  const here = (window.receptiveArrows = new AbortController());
  const listen = (event) => {
    const find = () => document.querySelector(`.${data.buttons[directionOf(event)]} button`);
    if (!find() || !event.composedPath()[0].closest?.(`.${data.within} button`)) return;
    event.preventDefault();
    find().focus({ preventScroll: true });
    pressWhenAtRest(find, event.repeat);
  };
  document.addEventListener("keydown", listen, { signal: here.signal });
  return () => here.abort();
}

// `left`, `right`, `up`, `down`, or nothing.
export function directionOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (ctrlKey || metaKey || shiftKey || altKey || !key.startsWith("Arrow")) return "";
  return key.slice("Arrow".length).toLowerCase();
}
