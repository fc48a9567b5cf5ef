// Where things are on the page, and how it scrolls: what was acted on stays where it is, what this has brought comes
// into view.
//
// The page scrolls inside an element of Streamlit's. Its header, what is pinned below it and what is docked at an edge
// lie over it: the room between them is where something can be seen.

const EDGE = 8; // px between what is brought and the edge of the room
const HEADER = '[data-testid="stHeader"]';
const PINNED = '[class*="st-key-pinned-"]';
const RAIL = '[class*="st-key-rail-"]'; // of controls, which stands at the window's end where it is narrow
export const DOCKED = '[class*="st-key-docked-"]';

const scroller = () => document.querySelector('[data-testid="stMain"]') ?? document.scrollingElement;

export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Whether no script runs or is asked for.
export const isAtRest = () =>
  !document.querySelector('[data-test-script-state]:not([data-test-script-state="notRunning"])');

const isDrawn = (one) => Boolean(one?.getClientRects().length);

// The first element of a class on the page or in one of its components; null where there is none to be seen.
export function found(name) {
  const there = document.querySelector(`.${name}`);
  if (isDrawn(there)) return there;
  for (const { shadowRoot } of document.querySelectorAll("*")) {
    const inside = shadowRoot?.querySelector(`.${name}`);
    if (isDrawn(inside)) return inside;
  }
  return null;
}

const header = () => document.querySelector(HEADER)?.getBoundingClientRect().bottom ?? 0;

// The part of the window in which the page is seen: [top, bottom] in px.
export function room() {
  let top = header();
  let bottom = window.innerHeight;
  for (const one of document.querySelectorAll(PINNED)) {
    const box = one.getBoundingClientRect();
    if (isStuck(one) && box.bottom < bottom / 2) top = Math.max(top, box.bottom);
  }
  for (const one of document.querySelectorAll(DOCKED)) {
    const box = one.getBoundingClientRect();
    if (box.bottom > window.innerHeight - EDGE) bottom = Math.min(bottom, box.top);
    else top = Math.max(top, box.bottom);
  }
  for (const one of document.querySelectorAll(RAIL)) {
    if (isStuck(one)) bottom = Math.min(bottom, one.getBoundingClientRect().top);
  }
  return [top, bottom];
}

// Whether an element, or one that it is in, stays in view while the page scrolls.
export const isStuck = (element) =>
  Boolean(around(element, (one) => /sticky|fixed/.test(getComputedStyle(one).position)));

// The element itself or the nearest that it is in, also outside its component, of which `holds` is true.
function around(element, holds) {
  for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) {
    if (holds(one)) return one;
  }
  return null;
}

// How far the page must scroll, in px, so that a part is in view; as much of it as fits, from its top. A component says by
// `data-clear` how much room it needs below the header for what stays in view of itself.
export function wayTo(part, [top, bottom] = room()) {
  const box = part.getBoundingClientRect();
  const first = Math.max(top + EDGE, header() + Number(part.dataset.clear ?? 0));
  if (box.top < first) return box.top - first;
  return Math.max(0, Math.min(box.bottom - bottom + EDGE, box.top - first));
}

// How far the page is scrolled, px.
export const scrolled = () => scroller().scrollTop;

export function scrollOn(way, smoothly = false) {
  scroller().scrollBy({ top: way, behavior: smoothly && !isCalm() ? "smooth" : "instant" });
}

// ---- What was acted on

function remember(event) {
  if (event.isTrusted) window.receptiveActs.last = acted(event.composedPath()[0]);
}

// Remembers what was pressed last, and where it was then.
export function rememberActs() {
  if (window.receptiveActs) return;
  window.receptiveActs = { last: null };
  addEventListener("pointerdown", remember, true);
  addEventListener("keydown", remember, true);
  for (const kind of ["wheel", "touchmove"]) {
    addEventListener(kind, () => (window.receptiveActs.last = null), { capture: true, passive: true });
  }
}

// Whether what was acted on stays in view while the page scrolls. Its style may have arrived after the act.
export const staysInView = ({ element, pinned }) => isStuck(element.isConnected ? element : pinned && found(pinned));

function acted(pressed) {
  if (!(pressed instanceof Element) || isStuck(pressed)) return null;
  const element = pressed.closest("button, a, summary, label") ?? pressed;
  const { top } = element.getBoundingClientRect();
  const form = element.closest('[class*="st-key-opened-"]');
  const keyed = element.closest('[class*="st-key-"]');
  const key = keyOf(keyed);
  const pinned = keyOf(around(element, (one) => one.matches(PINNED)));
  const from = (box) => box && top - box.getBoundingClientRect().top;
  return { element, key, pinned, top, within: from(keyed), below: from(form) };
}

const keyOf = (element) => [...(element?.classList ?? [])].find((name) => name.startsWith("st-key-"));

// How far what was pressed has moved, in px. Where its form, or the chart that it is a mark of, was drawn anew, its place is
// that in the new one.
export function drift(act, opened) {
  const inForm = act.below !== null && opened && !opened.contains(act.element);
  if (inForm) return opened.getBoundingClientRect().top + act.below - act.top;
  if (isDrawn(act.element)) return act.element.getBoundingClientRect().top - act.top;
  const keyed = !act.element.isConnected && act.key && document.querySelector(`.${act.key}`);
  return isDrawn(keyed || null) ? keyed.getBoundingClientRect().top + act.within - act.top : 0;
}
