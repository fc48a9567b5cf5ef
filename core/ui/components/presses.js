// Buttons that keys press, one after the other: the next one when the page is at rest again. While it is being drawn anew, a
// button can still be disabled or gone, and of two presses Streamlit may hear one.

import { isAtRest } from "./sight.js";

const MOST_MS = 10_000; // after the key

// Presses the button that `find` gives then, unless it is disabled. A key that is held down presses no faster than the page
// follows.
export function pressWhenAtRest(find, held) {
  const waiting = (window.receptivePresses ??= []);
  if (held && waiting.length) return;
  waiting.push({ find, until: Date.now() + MOST_MS });
  if (waiting.length === 1) pressNext(waiting);
}

function pressNext(waiting) {
  const [{ find, until }] = waiting;
  if (!isAtRest() && Date.now() < until) return void requestAnimationFrame(() => pressNext(waiting));
  const button = find();
  if (button && !button.disabled) button.click();
  requestAnimationFrame(() => {
    waiting.shift();
    if (waiting.length) pressNext(waiting);
  });
}
