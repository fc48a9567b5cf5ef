// The network from left to right, each layer with its live maps, the kernels on the links, and its settings in place.
// Hovering asks the server for nothing; what is chosen or changed goes there as one trigger, `act`. The data are those
// of core.views.stage.stage_data. Words go into textContent and attributes, never into HTML.

import { frame } from "../paint.js";
import {
  boxOf,
  contents,
  decoded,
  includes,
  isIn,
  listenForClick,
  marked,
  MOVES,
  moved,
  palette,
  sentence,
  unitAt,
} from "../units.js";
import { counted } from "../words.js";
import { BEFORE_NAMES, BETWEEN, columnsOf, fitted, folded, HEAD, ROOM, SHAPE } from "./layout.js";
import { fillLegend } from "./legend.js";
import { drawLines } from "./lines.js";
import { openChoice, openPanel, refreshPanel } from "./panel.js";
import { drawKernels, drawLens, drawMaps, tileAt, widthOfNames } from "./pictures.js";
import { regions } from "./regions.js";
import { dragged } from "./reorder.js";
import { tellUnseen, tellWhenScrolled } from "./telling.js";

const NARROW_STAGE = 640; // px, below which the stage scrolls instead of folding
const EDGE = 6; // px to the right of maps
const FAULT_WIDE = 196; // px, as in stage.css
const MOST_IN_WORDS = 999; // maps that are not drawn

export function drawStage({ parentElement, data: sent, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".stage");
  root.own ??= { unit: null, hovered: null, open: false, panel: null, board: null, known: new Set() };
  const data = wholeOf(root.own, sent);
  if ((data?.planned ?? "") !== root.own.plan) {
    root.own.plan = data?.planned ?? "";
    setStateValue("plan", root.own.plan);
  }
  if (!data) return root.own.rest; // what is there stays until the plan comes
  root.own.rest?.();
  const view = made(root, data, setTriggerValue);
  forget(view);
  fill(view, parentElement.querySelector("template").content.firstElementChild);
  arrangeAll(view);
  refreshPanel(view);
  const observer = new ResizeObserver(() => {
    if (view.wide !== view.board.clientWidth || view.high !== view.board.clientHeight) arrangeAll(view);
  });
  observer.observe(view.board);
  root.own.rest = () => observer.disconnect();
  return root.own.rest;
}

// The data with what was sent before and has stayed; null where that is not here.
function wholeOf(own, sent) {
  if (sent.plan) own.whole = sent;
  if (own.whole?.planned !== sent.planned) return null;
  const still = own.whole.stages;
  return {
    ...own.whole,
    ...sent,
    stages: sent.stages.map((stage, number) => Object.assign({}, still[number], stage)),
  };
}

// Of another network than before all layers are shown only when that is asked for again. An edit keeps the identities of
// layers; only to undo one gives them new ones.
function forget({ board, own, nodes }) {
  const identities = nodes.slice(1).map((node) => node.identity);
  const another = own.known.size > 0 && !identities.some((one) => own.known.has(one));
  own.known = new Set(identities);
  if (!another) return;
  if (!own.goesBack) {
    own.open = false;
    board.scrollLeft = 0;
  }
  own.goesBack = false;
}

function made(root, data, send) {
  const stages = data.stages.map((stage) => ({
    ...stage,
    levels: decoded(stage.values),
    table: palette(stage.colours),
  }));
  const image = stages[0];
  const act = (kind, more) => send("act", { kind, ...more });
  const view = { root, board: root.querySelector(".board"), own: root.own, data, image, stages, act };
  view.byId = new Map(stages.map((stage) => [stage.id, stage]));
  view.kernels = new Map(
    data.kernels.map((one) => [one.id, { ...one, levels: decoded(one.values), mean: decoded(one.mean) }]),
  );
  view.signed = palette(data.signed);
  const input = { id: "", label: "", name: "Image", kind: "", words: "", shape: data.plan.input, column: 0, top: 0 };
  view.nodes = [{ ...input, bottom: 1, reads: [], settings: [], problem: "", identity: null }, ...data.plan.nodes];
  view.nodeOf = new Map(view.nodes.map((node) => [node.id, node]));
  if (data.unit !== undefined && data.unit !== root.own.given) {
    root.own.given = data.unit;
    root.own.unit = unitFrom(data.unit);
  }
  return view;
}

// "2.0.1|5|3|4" → the unit; null of anything else.
export function unitFrom(text) {
  const [id, ...numbers] = String(text ?? "").split("|");
  const [map, row, column] = numbers.map(Number);
  return numbers.length === 3 && numbers.every((n) => n !== "") ? { id, map, row, column } : null;
}

// ---- The elements

// One section a layer; those that are there are kept, and with them the focus.
function fill(view, fresh) {
  const { root, data, nodes, own } = view;
  const field = root.querySelector(".field");
  root.setAttribute("aria-label", `${data.name}, from left to right`);
  const there = new Map([...field.querySelectorAll(".node")].map((element) => [element.dataset.key, element]));
  for (const node of nodes) {
    const key = node.identity === null ? "image" : String(node.identity);
    node.element = there.get(key) ?? fresh.cloneNode(true);
    there.delete(key);
    node.element.dataset.key = key;
    node.element.dataset.layer = node.id;
    field.append(node.element);
    fillNode(view, node);
  }
  for (const gone of there.values()) gone.remove();
  const find = (name) => root.querySelector(name);
  find(".undo").disabled = !data.undo;
  find(".redo").disabled = !data.redo;
  for (const name of ["undo", "redo"]) {
    find(`.${name}`).hidden = data.locked;
    find(`.${name}`).onclick = () => {
      own.goesBack = true;
      view.act(name);
    };
  }
  find(".explain").onclick = () => explain(view);
  find(".unfold").onclick = () => {
    own.open = !own.open;
    arrangeAll(view);
  };
  fillLegend(view);
  tellWhenScrolled(view);
  root.onpointerdown = (event) => (own.touched = event.pointerType === "touch");
  root.onkeydown = (event) => {
    own.touched = false;
    if (event.key === "Escape" && own.panel) closePanel(view);
  };
}

function fillNode(view, node) {
  const { act, data } = view;
  const part = (name) => node.element.querySelector(name);
  const stage = view.byId.get(node.id);
  node.element.classList.toggle("problem", Boolean(node.problem));
  fillFault(part, node);
  node.element.classList.toggle("chosen", data.layer === node.id && node.id !== "");
  const head = part(".head");
  head.querySelector("strong").textContent = node.label ? `${node.label} ${node.name}` : node.name;
  head.querySelector("span").textContent = node.words.split(", ")[0];
  head.disabled = node.id === "";
  head.title = node.problem || (node.id ? `${node.name} ${node.words}: settings` : "");
  head.setAttribute("aria-expanded", String(view.own.panel?.identity === node.identity));
  head.onclick = () => {
    if (node.dragged) return;
    if (view.own.panel?.identity === node.identity) return closePanel(view);
    act("layer", { id: node.id });
    openPanel(view, node);
  };
  head.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || data.locked || node.id === "") return;
    event.preventDefault();
    act("move", { identity: node.identity, by });
  };
  dragged(view, node, head);
  const add = part(".add");
  add.hidden = data.locked || node.id === "";
  add.setAttribute("aria-label", `Add a layer before ${node.label} ${node.name}`);
  add.title = "Add a layer here";
  add.onclick = () => openChoice(view, add, { before: node.identity });
  part(".shape").textContent = node.problem ? "cannot work" : node.shape;
  part(".more").hidden = true;
  const grid = part(".grid");
  grid.hidden = !stage;
  node.stage = stage;
  if (!stage) return;
  stage.grid = grid;
  grid.setAttribute(
    "aria-label",
    `${contents(stage)} ${stage.note} Arrow keys move, page keys change the map, Enter explains.`,
  );
  listenToGrid(view, stage);
}

// Why a layer cannot work, in its place.
function fillFault(part, { problem }) {
  const fault = part(".fault");
  fault.hidden = !problem;
  fault.textContent = problem;
  if (problem) part(".head").setAttribute("aria-description", problem);
  else part(".head").removeAttribute("aria-description");
}

function closePanel(view) {
  const head = view.own.panel?.opener;
  view.own.panel = null;
  refreshPanel(view);
  head?.focus({ preventScroll: true });
}

// ---- Where things are

function arrangeAll(view) {
  const { root, board, data, nodes, own } = view;
  view.wide = board.clientWidth;
  view.high = board.clientHeight;
  const widths = data.plan.widths;
  const fault = nodes.find((node) => node.problem);
  const folds = view.wide < NARROW_STAGE ? null : folded(widths, view.wide);
  view.folds = folds && !(fault && isWithin(folds, fault)) ? folds : null; // what is at fault is not folded away
  view.hidden = own.open ? null : view.folds;
  const last = nodes[nodes.length - 1];
  const needed = last.stage?.names ? BEFORE_NAMES + EDGE + widthOfNames(view, last.stage) : 0;
  const places = columnsOf(widths, view.hidden, view.wide, needed);
  view.pitch = places.pitch;
  view.width = places.width;
  const field = root.querySelector(".field");
  field.style.width = `${places.width}px`;
  for (const node of nodes) {
    const gone = view.hidden !== null && isWithin(view.hidden, node);
    node.x = gone ? null : places.at(node.column);
    node.element.hidden = gone;
    if (!gone) arrangeNode(view, node, node === last ? places.last : places.pitch);
  }
  bringFault(view, fault);
  drawFold(view, places);
  drawLines(view);
  show(view);
  tellUnseen(view);
}

// Whether a layer is one of those of the outermost sequence from the first to the last, or within one of them.
function isWithin([first, last], { id }) {
  const outer = Number(id.split(".")[0]);
  return id !== "" && outer >= first && outer <= last;
}

// Once: where the stage scrolls, to the layer that cannot work.
function bringFault(view, fault) {
  const known = view.own.fault;
  view.own.fault = fault?.identity ?? null;
  if (fault && fault.identity !== known) view.board.scrollLeft = fault.x - (view.wide - view.pitch) / 2;
}

function arrangeNode(view, node, pitch) {
  const named = node === view.nodes[view.nodes.length - 1] && Boolean(node.stage?.names);
  const between = node.id === "" ? 0 : named ? BEFORE_NAMES : BETWEEN;
  const [top, bottom] = [node.top * view.high, node.bottom * view.high];
  node.y = top;
  node.middle = (top + bottom) / 2;
  const style = node.element.style;
  style.left = `${node.x}px`;
  style.top = `${top}px`;
  style.width = `${pitch}px`;
  style.height = `${bottom - top}px`;
  style.paddingLeft = `${between}px`;
  node.element.classList.toggle("named", named);
  const room = view.width - node.x - FAULT_WIDE;
  node.element.querySelector(".fault").style.left = `${Math.min(0, room)}px`; // within the stage
  node.left = node.x + between;
  node.right = node.x + pitch - 4;
  if (!node.stage) return drawKernels(view, node); // none
  const wide = pitch - between - EDGE;
  const high = Math.max(16, bottom - top - HEAD - SHAPE - ROOM);
  const { stage } = node;
  const colour = node.id === "" && stage.channels === 3; // one picture of three channels
  const maps = colour ? 1 : Math.max(1, stage.maps); // at first, of a layer that comes into sight, none is there
  Object.assign(stage, fitted({ ...stage, maps, channels: colour ? 1 : stage.channels }, wide, high));
  drawMaps(view, node);
  drawKernels(view, node);
  const left_out = colour ? 0 : stage.channels - stage.shown;
  const [shape, more] = [".shape", ".more"].map((name) => node.element.querySelector(name));
  more.hidden = !stage.line;
  const number = `+${left_out.toLocaleString("en")}`;
  more.textContent = left_out > MOST_IN_WORDS ? number : `${number} more`; // longer, it would reach the next layer
  shape.title = more.title = left_out > 0 ? `${stage.shown} of ${stage.channels} are drawn.` : "";
}

function drawFold(view, places) {
  const { root, own, nodes } = view;
  const field = root.querySelector(".field");
  let fold = field.querySelector(".fold");
  const button = root.querySelector(".unfold");
  button.hidden = !view.folds;
  button.textContent = own.open ? "Fold the middle" : "Show all layers";
  if (!view.hidden) return fold?.remove();
  if (!fold) {
    fold = document.createElement("button");
    fold.type = "button";
    fold.className = "fold";
    field.append(fold);
  }
  const inside = nodes.filter((node) => node.x === null);
  fold.textContent = `⋯ ${counted(inside.length, "layer")}`;
  fold.title = inside.map((node) => `${node.label} ${node.name} ${node.words}`.trim()).join("\n");
  fold.setAttribute("aria-label", `${counted(inside.length, "layer")} folded: show all layers`);
  fold.style.left = `${places.fold + BETWEEN / 2}px`;
  fold.style.width = `${places.pitch - BETWEEN}px`;
  fold.onclick = () => root.querySelector(".unfold").click();
}

// ---- What a unit sees

function show(view) {
  const { root, own, data, image, byId, nodes } = view;
  for (const node of nodes) {
    if (!node.stage || node.x === null) continue;
    const over = node.stage.grid.children[1];
    const pen = over.getContext("2d");
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, over.width, over.height);
    pen.restore();
  }
  const unit = own.hovered ?? own.unit;
  const stage = unit && byId.get(unit.id);
  root.querySelector(".explain").disabled = !stage || !own.unit;
  root.querySelector(".said").classList.toggle("long", !stage);
  if (!stage || !isIn(stage, unit)) {
    root.querySelector(".said").textContent = wordsWithoutUnit(view);
    root.dataset.unit = root.dataset.box = "";
    drawLens(view, null);
    return;
  }
  const seen = regions(byId, unit);
  for (const [id, { maps, box }] of seen) {
    const node = view.nodeOf.get(id);
    if (!node?.stage || node.x === null) continue;
    if (id === "") continue;
    const pen = node.stage.grid.children[1].getContext("2d");
    for (let map = 0; map < node.stage.shown; map++) {
      if (!includes(maps, map)) continue;
      frame(pen, ...tileAt(node.stage, map), node.stage.vector ? [0, 0, 1, 1] : box, node.stage.cell, data.frame);
    }
  }
  const box =
    unit.id === ""
      ? [unit.row, unit.column, unit.row + 1, unit.column + 1]
      : boxOf(stage.field, unit.row, unit.column, stage.columns) || [0, 0, image.rows, image.columns];
  const shown = view.nodes[0].stage;
  frame(shown.grid.children[1].getContext("2d"), 0, 0, box, shown.cell, data.frame);
  root.querySelector(".said").textContent =
    unit.id === "" ? sentenceOfPixel(stage, unit) : sentence(stage, unit, box, image);
  root.dataset.unit = marked(unit);
  root.dataset.box = box.join(",");
  drawLens(view, unit);
}

function wordsWithoutUnit({ nodes, data }) {
  const fault = nodes.find((node) => node.problem);
  return fault ? `${fault.label} ${fault.name} cannot work: ${fault.problem}` : data.hint;
}

function sentenceOfPixel(stage, unit) {
  const level = stage.levels[unit.row * stage.columns + unit.column];
  const value = stage.low + (level / 65535) * (stage.high - stage.low);
  return `The image: row ${unit.row + 1}, column ${unit.column + 1} is ${value.toPrecision(3)}.`;
}

// ---- What the visitor does

const aimed = (stage, event) => {
  const bounds = stage.grid.getBoundingClientRect();
  const x = stage.names ? 0 : event.clientX - bounds.left; // its name is part of a unit
  const unit = unitAt(stage, x, event.clientY - bounds.top);
  return unit && unit.map < stage.shown ? unit : null;
};

function listenToGrid(view, stage) {
  const { own } = view;
  const aim = (unit) => {
    stage.grid.title = unit && stage.cut?.has(unit.map) ? stage.names[unit.map] : "";
    if (own.hovered && unit && marked(own.hovered) === marked(unit)) return;
    own.hovered = unit;
    show(view);
  };
  const point = listenForClick(
    stage.grid,
    (event) => aimed(stage, event),
    (unit) => choose(view, unit),
  );
  stage.grid.onpointermove = (event) => aim(point(event));
  stage.grid.onpointerleave = () => aim(null);
  stage.grid.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const unit = own.unit?.id === stage.id ? own.unit : moved(stage, null, [0, 0]);
      return choose(view, unit);
    }
    const next = nextUnit(stage, own.unit, event.key);
    if (!next) return;
    event.preventDefault();
    own.unit = next;
    own.hovered = null;
    show(view);
  };
}

// Arrow keys move within a map, page keys from map to map.
export function nextUnit(stage, unit, key) {
  if (MOVES[key]) return moved(stage, unit, MOVES[key]);
  const by = { PageDown: 1, PageUp: -1 }[key];
  if (!by) return null;
  if (!unit || unit.id !== stage.id) return moved(stage, null, [0, 0]);
  const shown = stage.shown ?? stage.maps;
  return { ...unit, map: (unit.map + by + shown) % shown };
}

function choose(view, unit) {
  view.own.unit = unit;
  view.own.given = marked(unit);
  show(view);
  explain(view);
}

function explain(view) {
  if (view.own.unit) view.act("unit", { unit: marked(view.own.unit) });
}
