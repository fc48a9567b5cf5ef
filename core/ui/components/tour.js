// A tour over the page: at each stop it lights up an element, says a sentence, and goes on once what it asked for is done.
// It lies in the browser's top layer, where only its card can be touched: the page below works as ever, and nothing moves.
// How far it has come is kept in the browser. Words go into textContent, never into HTML.

import { copy } from "./copy_text.js";

const PRAISE_MS = 1500; // from what was done to the next stop
const GAP = 8; // px between the card and the window's edge
const AROUND = 4; // px between an element and its frame
const NARROW = 640; // px of the window, at which the card stays at its bottom
const OWN_ESCAPE = '[role="dialog"], [role="listbox"], [role="combobox"]'; // what Esc closes instead
const OFFER = "New? Take the tour";

export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  const over = find("over");
  over.own ??= { at: null, since: {}, done: false, timer: 0 };
  const { own } = over;
  own.rest?.abort();
  own.rest = new AbortController();
  const { signal } = own.rest;
  const tour = { data, find, over, own };
  if (!own.met) meet(tour);
  own.met = true;
  label(tour);
  find("begin").onclick = () => {
    go(tour, 0);
    find("next").focus({ preventScroll: true });
  };
  find("back").onclick = () => go(tour, own.at - 1);
  find("next").onclick = () => go(tour, own.at + 1);
  find("end").onclick = () => end(tour);
  find("show").onclick = () => element(data.stops[own.at])?.scrollIntoView({ block: "center" });
  find("copy").onclick = () => copy(location.href).then((copied) => copied && finish(tour));
  addEventListener("keydown", (event) => leave(tour, event), { signal });
  const kinds = new Set(data.stops.flatMap((stop) => stop.act.events ?? []));
  for (const kind of kinds) {
    addEventListener(kind, (event) => notice(tour, event), { capture: true, passive: true, signal });
  }
  if (own.at !== null) {
    if (own.at >= data.stops.length) end(tour);
    else judge(tour);
  }
  const follow = () => {
    if (signal.aborted) return;
    if (over.matches(":popover-open")) place(tour);
    requestAnimationFrame(follow);
  };
  follow();
  return () => {
    own.rest.abort();
    clearTimeout(own.timer);
  };
}

// ---- From stop to stop

// At first: the stop at which the visitor was, if they were at one.
function meet(tour) {
  const { data } = tour;
  const known = recall(data.name);
  const at = data.stops.findIndex((stop) => stop.id === known);
  if (at >= 0) go(tour, at);
}

// The button invites those who know nothing of the tour.
function label({ data, find }) {
  find("name").textContent = data.offered && recall(data.name) === null ? OFFER : "Tour";
}

function go(tour, at) {
  const { data, own } = tour;
  if (at >= data.stops.length) return end(tour);
  clearTimeout(own.timer);
  Object.assign(own, { at: Math.max(0, at), since: data.facts, done: false });
  keep(data.name, data.stops[own.at].id);
  label(tour);
  say(tour);
  judge(tour);
}

function end(tour) {
  const { data, find, over, own } = tour;
  clearTimeout(own.timer);
  const inside = over.contains(over.getRootNode().activeElement);
  Object.assign(own, { at: null, done: false });
  keep(data.name, "ended");
  label(tour);
  if (over.matches(":popover-open")) over.hidePopover();
  if (inside) find("begin").focus({ preventScroll: true });
}

function say(tour) {
  const { data, find, over, own } = tour;
  const stop = data.stops[own.at];
  const last = own.at === data.stops.length - 1;
  find("count").textContent = `${own.at + 1} of ${data.stops.length}${own.done ? " ✓" : ""}`;
  find("sentence").textContent = stop.sentence;
  const [back, next] = [find("back"), find("next")];
  if (own.at === 0 && back.getRootNode().activeElement === back) next.focus({ preventScroll: true });
  back.disabled = own.at === 0;
  if (last && next.getRootNode().activeElement === next) back.focus({ preventScroll: true });
  next.hidden = last;
  find("copy").hidden = stop.act.kind !== "copies";
  find("copy").textContent = own.done ? "Copied" : (stop.act.label ?? "");
  if (!over.matches(":popover-open")) over.showPopover();
  place(tour);
}

// ---- What the visitor does

function finish(tour) {
  const { own } = tour;
  if (own.done || own.at === null) return;
  own.done = true;
  say(tour);
  const at = own.at;
  own.timer = setTimeout(() => {
    if (own.at === at) go(own.tour ?? tour, at + 1);
  }, PRAISE_MS);
}

// Whether the facts say that it is done. The newest view is the one that goes on.
function judge(tour) {
  const { data, own } = tour;
  own.tour = tour;
  if (isDone(data.stops[own.at].act, data.facts, own.since)) finish(tour);
}

export function isDone(act, facts, since) {
  if (act.kind === "becomes") return facts[act.fact] === act.value;
  return act.kind === "changes" && facts[act.fact] !== since[act.fact];
}

function notice(tour, event) {
  const { data, own } = tour;
  const act = own.at === null ? null : data.stops[own.at].act;
  if (!act?.events?.includes(event.type)) return;
  if (event.composedPath().some((one) => one instanceof Element && one.matches(act.on))) finish(tour);
}

function leave(tour, event) {
  const { over } = tour;
  if (event.key !== "Escape" || !over.matches(":popover-open")) return;
  if (event.composedPath().some((one) => one instanceof Element && one.matches(OWN_ESCAPE))) return;
  end(tour);
}

// ---- Where it is

// What lights up at a stop; null where there is nothing of it.
function element(stop) {
  for (const name of stop.places) {
    const found = document.querySelector(`.${CSS.escape(name)}`);
    if (!found?.checkVisibility()) continue;
    return (stop.inside && within(found, stop.inside)) || found;
  }
  return null;
}

function within(root, selector) {
  for (const one of root.querySelectorAll("*")) {
    const found = one.matches(selector) ? one : one.shadowRoot?.querySelector(selector);
    if (found) return found;
  }
  return null;
}

function place({ data, find, own }) {
  const lit = own.at === null ? null : element(data.stops[own.at]);
  const box = lit?.getBoundingClientRect();
  const seen = box && box.bottom > 0 && box.top < innerHeight && box.width > 0;
  const [ring, card, show] = ["ring", "card", "show"].map(find);
  if (ring.hidden === Boolean(seen)) ring.hidden = !seen;
  if (show.hidden !== !(box && !seen)) show.hidden = !(box && !seen);
  if (seen) put(ring, box.left - AROUND, box.top - AROUND, box.width + 2 * AROUND, box.height + 2 * AROUND);
  const [x, y] = spot(seen ? box : null, card.offsetWidth, card.offsetHeight, innerWidth, innerHeight);
  put(card, x, y);
}

function put({ style }, left, top, width, height) {
  const now = { left, top, width, height };
  for (const [name, value] of Object.entries(now)) {
    const text = `${Math.round(value)}px`;
    if (value !== undefined && style[name] !== text) style[name] = text;
  }
}

// Where the card lies: below the element, above it, beside it, or at the window's bottom; at its top where it would cover
// the element on a narrow one. Left and top, px.
export function spot(box, wide, high, room, height) {
  const [right, bottom] = [room - wide - GAP, height - high - GAP];
  const low = [(room - wide) / 2, bottom];
  if (!box) return low;
  const clear = ([x, y]) =>
    x >= GAP &&
    y >= GAP &&
    x <= right &&
    y <= bottom &&
    (x >= box.right + GAP || x + wide <= box.left - GAP || y >= box.bottom + GAP || y + high <= box.top - GAP);
  const along = Math.max(GAP, Math.min(box.left, right));
  const level = Math.max(GAP, Math.min(box.top, bottom));
  const near = [
    [along, box.bottom + 2 * GAP],
    [along, box.top - high - 2 * GAP],
    [box.right + 2 * GAP, level],
    [box.left - wide - 2 * GAP, level],
  ];
  const edges = [low, [right, bottom], [GAP, bottom], [low[0], GAP]];
  return (room <= NARROW ? edges : [...near, ...edges]).find(clear) ?? low;
}

// ---- What is remembered. A browser may refuse to keep anything: then nobody is offered anything, and all else works.

function recall(name) {
  try {
    return localStorage.getItem(`receptive-tour-${name}`);
  } catch {
    return "";
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`receptive-tour-${name}`, value);
  } catch {}
}
