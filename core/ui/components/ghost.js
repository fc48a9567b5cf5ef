// A pale digit that draws itself over a canvas, until that is touched for the first time in a visit. It is seen only:
// every touch goes through it, and is watched in passing.

const TOUCHED = "receptive-touched";
const PLACE = '[class*="st-key-replaced-canvas"]';

export default function ({ parentElement }) {
  const ghost = parentElement.querySelector(".ghost");
  ghost.toggleAttribute("hidden", Boolean(remembered()));
  const ended = new AbortController();
  const touch = (event) => {
    if (!event.composedPath().some((one) => one instanceof Element && one.matches(PLACE))) return;
    ghost.toggleAttribute("hidden", true);
    remember();
    ended.abort();
  };
  addEventListener("pointerdown", touch, { capture: true, passive: true, signal: ended.signal });
  return () => ended.abort();
}

// A browser may refuse to keep anything: then it is known as long as the page is open.
function remembered() {
  try {
    return window.receptiveTouched || sessionStorage.getItem(TOUCHED);
  } catch {
    return false;
  }
}

function remember() {
  window.receptiveTouched = true;
  try {
    sessionStorage.setItem(TOUCHED, "1");
  } catch {}
}
