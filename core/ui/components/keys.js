// Ctrl+Z presses the page's Undo, Ctrl+Shift+Z and Ctrl+Y its Redo; with ⌘ on a Mac. Not in a field, which has an undo of
// its own.

import { pressWhenAtRest } from "./presses.js";

const FIELDS = 'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select';

export default function ({ data }) {
  window.receptiveKeys?.abort();
  const here = (window.receptiveKeys = new AbortController());
  const listen = (event) => {
    const name = wish(event);
    if (!name || isField(event.composedPath()[0])) return;
    const find = () => document.querySelector(`.${data[name]} button`);
    if (!find()) return;
    event.preventDefault();
    pressWhenAtRest(find, event.repeat);
  };
  document.addEventListener("keydown", listen, { signal: here.signal });
  return () => here.abort();
}

// What the keys mean: undo, redo, or null.
export function wish({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (ctrlKey === metaKey || altKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" && !shiftKey ? "redo" : null;
}

const isField = (element) => element instanceof Element && (element.matches(FIELDS) || element.isContentEditable);
