// Focuses the first button of one container and scrolls to another, once for each `turn`.
//
// What was pressed may be gone after it: without this, the keyboard would have to start from the page's top. Elements
// arrive one by one, and a popover that closes takes the focus with it: so it looks again until the page has been at
// rest for a while, or until the visitor does something.

const LOOK_MS = 50;
const REST_MS = 1500; // after the last script run was seen
const MOST_MS = 15_000;
const ACTS = ["keydown", "pointerdown"];

export default function ({ data }) {
  const { row, opened, turn } = data;
  if (!turn || window.receptiveTurn === turn) return;
  window.receptiveTurn = turn;
  const start = Date.now();
  let busy = start;
  let acted = false;
  let shown = false;
  const done = () => ACTS.forEach((kind) => removeEventListener(kind, act, true));
  const act = (event) => {
    if (!event.isTrusted) return;
    acted = true;
    done();
  };
  ACTS.forEach((kind) => addEventListener(kind, act, true));
  const look = () => {
    if (window.receptiveTurn !== turn) return done();
    const now = Date.now();
    if (document.querySelector('[data-test-script-state="running"]')) busy = now;
    if (!acted) focus(document.querySelector(`.${row} button`));
    const part = document.querySelector(`.${opened}`);
    if (part && !shown) {
      shown = true;
      setTimeout(() => scroll(part), 100);
    }
    if ((!acted || !shown) && now < busy + REST_MS && now < start + MOST_MS) setTimeout(look, LOOK_MS);
    else done();
  };
  look();
}

// Not while the visitor is in a field.
function focus(button) {
  const active = document.activeElement;
  if (button && active !== button && !active?.matches("input, textarea")) button.focus({ preventScroll: true });
}

function scroll(part) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}
