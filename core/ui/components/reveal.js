// Once for each `turn`: what was pressed stays where it is, what this has opened comes into view, and the first button
// of one container gets the keyboard's focus.
//
// What was pressed may be gone after it: without this, the keyboard would have to start from the page's top. Elements
// arrive one by one, and a popover that closes takes the focus with it: so it looks again until the page has been at
// rest for a while, or until the visitor does something.

import {
  DOCKED,
  drift,
  found,
  isAtRest,
  isStuck,
  rememberActs,
  room,
  scrolled,
  scrollOn,
  staysInView,
  wayTo,
} from "./sight.js";

const REST_MS = 1500; // after the last script run was seen
const MOST_MS = 15_000;
const LEAST = 160; // px of what was opened that must be seen
const MARGIN = 4; // px between what was pressed and the edge of the room
const ACTS = ["keydown", "pointerdown", "wheel", "touchmove"];

export default function ({ data }) {
  rememberActs();
  const { focus: row, opened, turn } = data;
  if (!turn || window.receptiveTurn === turn) return;
  window.receptiveTurn = turn;
  const start = Date.now();
  let busy = start;
  let left = false; // to the visitor, who does something else
  let laid = ""; // how what was opened lay when it was brought into view
  let end = Infinity; // scrolled farther, what was pressed could not be seen
  let act = window.receptiveActs.last;
  const done = () => ACTS.forEach((kind) => removeEventListener(kind, leave, true));
  const leave = (event) => {
    if (!event.isTrusted) return;
    left = true;
    done();
  };
  ACTS.forEach((kind) => addEventListener(kind, leave, true));
  if (!document.querySelector(DOCKED)) document.documentElement.dataset.dock = "below";
  const look = () => {
    if (left || window.receptiveTurn !== turn) return done();
    const now = Date.now();
    const resting = isAtRest();
    if (!resting) busy = now;
    if (row) focus(document.querySelector(`.${row} button`));
    if (act && staysInView(act)) {
      act = null;
      end = Infinity;
      laid = "";
    }
    const parts = opened.map(found);
    dock(parts);
    if (act && !laid) {
      const way = drift(act, parts[0]);
      if (Math.abs(way) >= 1) scrollOn(way);
    }
    if (resting && parts.every(Boolean) && layOf(parts) !== laid) {
      if (act && !laid) end = endFor(act);
      laid = layOf(parts);
      parts.forEach((part) => bring(part, end));
    }
    if (now < busy + REST_MS && now < start + MOST_MS) requestAnimationFrame(look);
    else done();
  };
  look();
}

// Not while the visitor is in a field.
function focus(button) {
  const active = document.activeElement;
  if (button && active !== button && !active?.matches("input, textarea")) button.focus({ preventScroll: true });
}

// Where parts lie on the page. It changes while what they hold arrives.
function layOf(parts) {
  const moving = parts.filter((part) => !isStuck(part)).map((part) => part.getBoundingClientRect());
  return JSON.stringify(moving.map(({ top, height }) => [Math.round(top + scrolled()), Math.round(height)]));
}

function endFor(act) {
  const [top] = room();
  return act.top >= top + MARGIN ? scrolled() + act.top - top - MARGIN : Infinity;
}

// Scrolls no farther than to `end`, px, if enough of the part can be seen from there.
function bring(part, end) {
  if (part.matches(DOCKED)) return;
  const [top, bottom] = room();
  const way = wayTo(part, [top, bottom]);
  const most = Math.max(0, end - scrolled());
  const begins = part.getBoundingClientRect().top;
  const both = begins - most + LEAST < bottom;
  if (way) scrollOn(both ? Math.min(way, most) : way, true);
}

// What is docked lies at the edge of the page at which it covers none of the other parts.
function dock(parts) {
  const docked = parts.find((part) => part?.matches(DOCKED));
  const other = parts.find((part) => part && part !== docked);
  if (!docked || !other) return;
  const [place, box] = [docked, other].map((part) => part.getBoundingClientRect());
  const style = document.documentElement.dataset;
  const covered = box.top < place.bottom && box.bottom > place.top && box.bottom > 0 && box.top < window.innerHeight;
  if (covered && box.bottom <= window.innerHeight) style.dock = style.dock === "above" ? "below" : "above";
}
