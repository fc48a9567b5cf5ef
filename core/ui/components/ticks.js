// A table of boxes to tick: which maps before feed which maps behind. Arrow keys walk, the space bar ticks. The whole table is
// sent with each tick; what is pointed at stays in the browser. The data are those of core.views.connections.

import { MOVES } from "./units.js";
import { counted } from "./words.js";

const NARROW_PX = 590; // as in the style sheet: C3 goes down

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".ticks");
  root.own ??= { turn: null, maps: [], at: [0, 0] };
  const { own } = root;
  if (own.turn !== data.turn) {
    own.turn = data.turn;
    own.maps = data.maps.map((map) => [...map].map((one) => one === "1"));
  }
  const view = { root, own, data, send: setStateValue };
  root.querySelector(".boxes").setAttribute("aria-label", data.alt);
  view.boxes = boxesOf(view);
  rove(view);
  if (!root.querySelector(".lit")) root.querySelector(".said").textContent = data.idle;
}

// Boxes that are there stay, and with them the keyboard's focus.
function boxesOf(view) {
  const { root, own } = view;
  const holder = root.querySelector(".boxes");
  const count = own.maps.length * own.maps[0].length;
  if (holder.querySelectorAll("input").length !== count) holder.replaceChildren(...fresh(own.maps));
  const boxes = own.maps.map((map) => map.map(() => null));
  for (const box of holder.querySelectorAll("input")) {
    const [c3, s2] = box.place;
    boxes[c3][s2] = box;
    box.checked = own.maps[c3][s2];
    listenTo(view, box);
  }
  return boxes;
}

function fresh(maps) {
  const heads = maps.map((_, c3) => placed("span", c3, -1, c3 + 1));
  const sides = maps[0].map((_, s2) => placed("span", -1, s2, s2 + 1));
  const cells = maps.flatMap((map, c3) => map.map((_, s2) => cell(c3, s2)));
  for (const one of [...heads, ...sides]) one.setAttribute("aria-hidden", "true");
  return [...heads, ...sides, ...cells];
}

function placed(kind, c3, s2, words = "") {
  const element = document.createElement(kind);
  element.style.setProperty("--c3", c3);
  element.style.setProperty("--s2", s2);
  element.dataset.c3 = c3;
  element.dataset.s2 = s2;
  element.textContent = words;
  return element;
}

function cell(c3, s2) {
  const label = placed("label", c3, s2);
  const box = document.createElement("input");
  box.type = "checkbox";
  box.place = [c3, s2];
  box.setAttribute("aria-label", `S2 map ${s2 + 1} feeds C3 map ${c3 + 1}`);
  label.append(box);
  return label;
}

function listenTo(view, box) {
  const { own, data, send } = view;
  box.onchange = () => {
    const [c3, s2] = box.place;
    own.maps[c3][s2] = box.checked;
    say(view, c3);
    const maps = own.maps.map((map) => map.map(Number).join(""));
    send("ticked", { turn: data.turn, maps });
  };
  box.onfocus = () => {
    own.at = box.place;
    rove(view);
    say(view, box.place[0]);
  };
  box.parentElement.onpointerenter = () => say(view, box.place[0]);
  box.onkeydown = (event) => walk(view, box, event);
}

// One box is reached by Tab, the one that had the focus last.
function rove({ boxes, own }) {
  for (const box of boxes.flat()) box.tabIndex = box.place.join() === own.at.join() ? 0 : -1;
}

function walk({ root, boxes }, box, event) {
  if (!MOVES[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const narrow = root.clientWidth <= NARROW_PX;
  const [down, right] = MOVES[event.key];
  const [c3, s2] = box.place;
  boxes[c3 + (narrow ? down : right)]?.[s2 + (narrow ? right : down)]?.focus();
}

// What a map of C3 reads, in words and in the numbers above or beside.
function say({ root, own, data }, c3) {
  for (const one of root.querySelectorAll(".boxes > *")) one.classList.toggle("lit", Number(one.dataset.c3) === c3);
  const read = own.maps[c3].flatMap((ticked, s2) => (ticked ? [s2 + 1] : []));
  const parameters = counted(data.weights * read.length + 1, "parameter");
  const names = read.length > 1 ? `${read.slice(0, -1).join(", ")} and ${read.at(-1)}` : read.join();
  const reads = read.length ? `the S2 map${read.length > 1 ? "s" : ""} ${names}` : "no map of S2";
  root.querySelector(".said").textContent =
    `C3 map ${c3 + 1} reads ${reads}: ${data.weights}·${read.length} + 1 = ${parameters}.`;
}
