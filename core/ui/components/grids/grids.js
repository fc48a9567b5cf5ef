// Small arrays of numbers side by side, of which one slides over another: hovering or focusing a cell lights up those that
// belong to it, a click or tap pins it, Play and the slider walk through all positions. Some grids can be typed into. The
// data are those of core.views.grids. What is hovered, pinned and walked stays in the browser; only changes are sent.

import { MOVES } from "../units.js";
import { fillBands, fillCell } from "./cells.js";
import { counted } from "../words.js";
import { litBy, nameOf, same, termsOf } from "./relation.js";
import { long, readNumber, short, sumWords } from "./writing.js";

const STEP_MS = 600; // of Play
const ROOMY = 5; // cells a side up to which they are drawn larger

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".grids");
  root.own ??= { over: null, pinned: null, typing: false, pending: new Map(), turn: null, begun: false };
  const { own } = root;
  own.rest?.();
  const view = { root, own, data, send: setTriggerValue, timer: null };
  view.grids = new Map(data.bands.flatMap((band) => band.grids.map((grid) => [grid.id, grid])));
  acknowledge(view);
  view.cells = fillBands(view);
  root.setAttribute("aria-label", data.alt);
  root.classList.toggle(
    "roomy",
    [...view.grids.values()].every((grid) => sideOf(grid) <= ROOMY),
  );
  view.walked = walkedOf(view);
  for (const name of ["over", "pinned"]) if (own[name] && !view.cells.has(nameOf(own[name]))) own[name] = null;
  if (!own.begun && view.walked.length) own.pinned = firstPinned(view);
  own.begun = own.begun || view.walked.length > 0;
  rove(view);
  for (const element of view.cells.values()) listenTo(view, element);
  walk(view);
  show(view);
  play(view, own.playing);
  own.rest = () => clearInterval(view.timer);
  return own.rest;
}

// What was pinned here last, before another page was visited; else the first position whose number is not 0.
function firstPinned({ data, cells, walked }) {
  const last = window.receptivePinned?.[data.name];
  if (last && cells.has(nameOf(last))) return last;
  return walked.find((cell) => cells.get(nameOf(cell)).number) ?? walked[0];
}

const sideOf = (grid) => Math.max(grid.rows, grid.columns) + grid.pad[0] + grid.pad[1];

// Changes that the server has taken are forgotten; and all where it has set the numbers by itself.
function acknowledge({ own, data, grids }) {
  if (own.turn !== data.turn) {
    own.pending.clear();
    own.typing = false;
  }
  own.turn = data.turn;
  for (const [name, value] of own.pending) {
    const [id, place] = name.split(":");
    const [row, column] = place.split(",").map(Number);
    const there = grids.get(id)?.values[row]?.[column];
    if (there === undefined || there === value) own.pending.delete(name);
  }
}

// ---- What belongs together

// The positions that Play goes through: those of the small grid that was pinned last, else of the first.
function walkedOf({ own, data, grids }) {
  const walks = data.geometry?.walks ?? [];
  const id = walks.includes(own.pinned?.grid) ? own.pinned.grid : walks[0];
  const grid = grids.get(id);
  if (!grid) return [];
  return Array.from({ length: grid.rows * grid.columns }, (_, at) => ({
    grid: id,
    row: Math.floor(at / grid.columns),
    column: at % grid.columns,
  }));
}

function show(view) {
  const { root, own, data, cells } = view;
  const active = own.over ?? own.pinned;
  const terms = active && data.geometry ? termsOf(data.geometry, active) : [];
  const lit = litBy(terms);
  const picks = Boolean(data.geometry?.picks);
  for (const [name, element] of cells) {
    for (const kind of ["lit", "picked"]) element.classList.toggle(kind, lit.get(name) === kind);
    element.classList.toggle("all", !picks);
    element.classList.toggle("active", same(element.cell, active));
    if (!element.matches("input, .padding")) element.setAttribute("aria-selected", same(element.cell, own.pinned));
  }
  root.querySelector(".said").textContent = active ? words(view, active, terms) : data.idle;
  if (own.pinned) (window.receptivePinned ??= {})[data.name] = own.pinned;
  const at = view.walked.findIndex((cell) => same(cell, own.pinned));
  root.querySelector(".walk input").value = Math.max(at, 0);
  root.querySelector(".place").textContent =
    at < 0 ? "nothing pinned" : `position ${at + 1} of ${view.walked.length}`;
}

// What is said of a cell: the sentence that was sent for it, else its sum or how often it is used.
function words(view, cell, terms) {
  const { data, grids, cells } = view;
  const grid = grids.get(cell.grid);
  const at = cell.row * grid.columns + cell.column;
  if (grid.said.length) return grid.said[at];
  const where = cells.get(nameOf(cell)).getAttribute("aria-label");
  if (!data.sums.includes(cell.grid)) return `${where}. ${usedWords(view, terms, cell)}`;
  const bias = grid.bias === "" ? null : valueIn(view, { grid: grid.bias, row: 0, column: 0 });
  const other = terms.length && terms[0].large.some((one) => one.grid === cell.grid) ? "small" : "large";
  const products = terms.map((term) => [valueIn(view, term[other][0]), valueIn(view, term.kernel)]);
  return `${where.split(":")[0]} = ${sumWords(products, bias, valueIn(view, cell))}`;
}

const valueIn = ({ cells }, cell) => cells.get(nameOf(cell))?.number ?? 0;

// What has been cut off the large grid is no cell.
function usedWords({ cells }, terms, cell) {
  const isHere = (places) => places.some((one) => one.grid === cell.grid);
  if (!terms.length) return "Nothing reads it.";
  if (terms[0].kernel?.grid === cell.grid)
    return `The same weight is used in ${counted(terms.length, "product")}: it is shared by all positions.`;
  const kind = isHere(terms[0].large) ? "small" : "large";
  const others = new Set(terms.flatMap((term) => term[kind].map(nameOf)));
  return `It has a part in ${counted([...others].filter((name) => cells.has(name)).length, "number")} of the output.`;
}

// ---- Walking

function walk(view) {
  const { root, own, walked } = view;
  const find = (name) => root.querySelector(name);
  find(".walk").hidden = walked.length < 2;
  find(".walk input").max = walked.length - 1;
  find(".walk input").oninput = (event) => {
    play(view, false);
    pin(view, walked[Number(event.target.value)]);
  };
  find(".play").hidden = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  find(".play").onclick = () => play(view, !own.playing);
  for (const [name, by] of Object.entries({ ".back": -1, ".on": 1 })) {
    find(name).onclick = () => {
      play(view, false);
      step(view, by);
    };
  }
}

function step(view, by) {
  const { walked, own } = view;
  const at = walked.findIndex((cell) => same(cell, own.pinned));
  pin(view, walked[at < 0 ? 0 : (at + by + walked.length) % walked.length]);
}

function pin(view, cell) {
  view.own.pinned = cell;
  view.own.over = null;
  show(view);
}

function play(view, on) {
  view.own.playing = Boolean(on) && view.walked.length > 1;
  clearInterval(view.timer);
  view.timer = view.own.playing ? setInterval(step, STEP_MS, view, 1) : null;
  view.root.querySelector(".play").textContent = view.own.playing ? "Pause" : "Play";
}

// ---- Hovering, pinning, moving, typing

// One cell of each grid is reached by Tab, the one that had the focus last; arrow keys reach the others.
function rove({ own, grids, cells }) {
  own.roving ??= new Map();
  for (const grid of grids.values()) {
    const name = own.roving.get(grid.id);
    if (!cells.has(name)) own.roving.set(grid.id, nameOf({ grid: grid.id, row: 0, column: 0 }));
  }
  for (const [name, element] of cells) {
    if (!element.classList.contains("padding"))
      element.tabIndex = own.roving.get(element.cell.grid) === name ? 0 : -1;
  }
}

function listenTo(view, element) {
  if (element.classList.contains("padding")) return;
  const { own } = view;
  const over = (cell) => {
    own.over = cell;
    show(view);
  };
  element.onpointerenter = (event) => {
    if (event.pointerType === "mouse" && !own.playing) over(element.cell);
  };
  element.onpointerleave = () => over(null);
  element.onfocus = () => {
    own.roving.set(element.cell.grid, nameOf(element.cell));
    rove(view);
    if (element.matches("input")) beginTyping(view, element);
    over(element.cell);
  };
  element.onblur = () => {
    if (element.matches("input")) enter(view, element);
    over(null);
  };
  element.onclick = () => {
    if (element.matches("input")) return;
    play(view, false);
    view.own.pinned = same(own.pinned, element.cell) ? null : element.cell;
    if (!own.pinned) own.over = null;
    view.walked = walkedOf(view);
    walk(view);
    show(view);
  };
  element.onkeydown = (event) => press(view, element, event);
}

function press(view, element, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (MOVES[event.key]) {
    const [down, right] = MOVES[event.key];
    const { grid, row, column } = element.cell;
    const next = view.cells.get(nameOf({ grid, row: row + down, column: column + right }));
    event.preventDefault();
    if (next && !next.classList.contains("padding")) next.focus();
    else if (element.matches("input") && enter(view, element)) beginTyping(view, element);
  } else if (event.key === "Enter" || (event.key === " " && !element.matches("input"))) {
    event.preventDefault();
    if (!element.matches("input")) element.onclick();
    else if (enter(view, element)) beginTyping(view, element);
  } else if (event.key === "Escape" && element.matches("input")) {
    view.root.querySelector(".wrong").textContent = "";
    beginTyping(view, element);
  }
}

function beginTyping({ own }, element) {
  own.typing = true;
  element.value = long(element.number);
  element.select();
}

// Takes what was typed. What is no number is refused with a sentence, and the old number stands there again.
function enter(view, element) {
  const { root, own, data, send } = view;
  const wrong = root.querySelector(".wrong");
  const unchanged = element.value === long(element.number);
  const found = unchanged ? element.number : readNumber(element.value, data.most);
  own.typing = false;
  if (typeof found === "string") {
    const place = element.getAttribute("aria-label").split(":")[0];
    wrong.textContent = `${place}: ${found} It stays ${long(element.number)}.`;
    element.value = short(element.number);
    return false;
  }
  if (unchanged) {
    element.value = short(found);
    return true;
  }
  wrong.textContent = "";
  own.pending.set(nameOf(element.cell), found);
  fillCell(view.grids.get(element.cell.grid), element.cell, own);
  send("typed", { turn: data.turn, numbers: Object.fromEntries(own.pending) });
  return true;
}
