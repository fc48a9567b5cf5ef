// The network from left to right, each layer with its live maps, the kernels on the links, and its settings in place.
// Hovering asks the server for nothing; what is chosen or changed goes there as one trigger, `act`. The data are those
// of core.views.stage.stage_data. Words go into textContent and attributes, never into HTML.

import { frame } from "../paint.js";
import { boxOf, decoded, includes, isIn, marked, MOVES, moved, palette, sentence, unitAt } from "../units.js";
import { counted } from "../words.js";
import { BETWEEN, columnsOf, fitted, folded, HEAD, ROOM, SHAPE } from "./layout.js";
import { openChoice, openPanel, refreshPanel } from "./panel.js";
import { drawKernels, drawLens, drawMaps, tileAt } from "./pictures.js";
import { regions } from "./regions.js";
import { dragged } from "./reorder.js";

const NARROW_STAGE = 640; // px, below which the stage scrolls instead of folding

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".stage");
  root.own ??= { unit: null, hovered: null, open: false, panel: null, board: null };
  root.own.rest?.();
  const view = made(root, data, setTriggerValue);
  fill(view, parentElement.querySelector("template").content.firstElementChild);
  arrangeAll(view);
  refreshPanel(view);
  const observer = new ResizeObserver(() => {
    if (view.wide !== boardOf(view).clientWidth || view.high !== boardOf(view).clientHeight) arrangeAll(view);
  });
  observer.observe(boardOf(view));
  root.own.rest = () => observer.disconnect();
  return root.own.rest;
}

const boardOf = ({ root }) => root.querySelector(".board");

function made(root, data, send) {
  const stages = data.stages.map((stage) => ({
    ...stage,
    levels: decoded(stage.values),
    table: palette(stage.colours),
  }));
  const image = stages[0];
  const act = (kind, more) => send("act", { kind, ...more });
  const view = { root, own: root.own, data, image, act };
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
    find(`.${name}`).onclick = () => view.act(name);
  }
  find(".explain").onclick = () => explain(view);
  find(".unfold").onclick = () => {
    own.open = !own.open;
    arrangeAll(view);
  };
  root.onkeydown = (event) => {
    if (event.key === "Escape" && own.panel) closePanel(view);
  };
}

function fillNode(view, node) {
  const { act, data } = view;
  const part = (name) => node.element.querySelector(name);
  const stage = view.byId.get(node.id);
  node.element.classList.toggle("problem", Boolean(node.problem));
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
  const grid = part(".grid");
  grid.hidden = !stage;
  node.stage = stage;
  if (!stage) return;
  stage.grid = grid;
  const content = `${stage.channels} ${stage.vector ? "units" : "feature maps"} of ${stage.title}.`;
  grid.setAttribute(
    "aria-label",
    `${content} ${stage.note} Arrow keys move, page keys change the map, Enter explains.`,
  );
  listenToGrid(view, stage);
}

function closePanel(view) {
  const head = view.own.panel?.opener;
  view.own.panel = null;
  refreshPanel(view);
  head?.focus({ preventScroll: true });
}

// ---- Where things are

function arrangeAll(view) {
  const { root, data, nodes, own } = view;
  const board = boardOf(view);
  view.wide = board.clientWidth;
  view.high = board.clientHeight;
  const widths = data.plan.widths;
  const scrolls = own.open || view.wide < NARROW_STAGE;
  view.hidden = scrolls ? null : folded(widths, view.wide);
  const places = columnsOf(widths, view.hidden, view.wide);
  view.pitch = places.pitch;
  const field = root.querySelector(".field");
  field.style.width = `${places.width}px`;
  for (const node of nodes) {
    const outer = Number(node.id.split(".")[0]);
    const gone = view.hidden && node.id !== "" && outer >= view.hidden[0] && outer <= view.hidden[1];
    node.x = gone ? null : places.at(node.column);
    node.element.hidden = gone;
    if (!gone) arrangeNode(view, node, places.pitch);
  }
  drawFold(view, places);
  drawLines(view);
  show(view);
  tellFolded(view);
}

// What is folded away need not be sent: the others get the room.
function tellFolded({ nodes, data, own, act }) {
  const ids = nodes.filter((node) => node.x === null).map((node) => node.id);
  const text = ids.join(" ");
  if (text === (data.folded ?? "") || text === own.told) return;
  own.told = text;
  act("folded", { ids: text });
}

function arrangeNode(view, node, pitch) {
  const between = node.id === "" ? 0 : BETWEEN;
  const [top, bottom] = [node.top * view.high, node.bottom * view.high];
  node.y = top;
  node.middle = (top + bottom) / 2;
  const style = node.element.style;
  style.left = `${node.x}px`;
  style.top = `${top}px`;
  style.width = `${pitch}px`;
  style.height = `${bottom - top}px`;
  style.paddingLeft = `${between}px`;
  node.left = node.x + between;
  node.right = node.x + pitch - 4;
  if (!node.stage) return;
  const wide = pitch - between - 6;
  const high = Math.max(16, bottom - top - HEAD - SHAPE - ROOM);
  const colour = node.id === "" && node.stage.channels === 3; // one picture of three channels
  Object.assign(node.stage, fitted(colour ? { ...node.stage, maps: 1 } : node.stage, wide, high));
  node.gridTop = top + HEAD;
  drawMaps(view, node);
  drawKernels(view, node);
  const { stage } = node;
  const left_out = colour ? 0 : stage.channels - stage.shown;
  const note = node.element.querySelector(".shape");
  note.textContent = left_out > 0 ? `${node.shape} (+${left_out})` : node.shape;
  note.title = left_out > 0 ? `${stage.shown} of ${stage.channels} are drawn.` : "";
}

function drawFold(view, places) {
  const { root, own, nodes } = view;
  const field = root.querySelector(".field");
  let fold = field.querySelector(".fold");
  const button = root.querySelector(".unfold");
  button.hidden = !view.hidden && !own.open;
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

// The links, as curves between the layers; one into or out of the fold leads to its edge.
function drawLines(view) {
  const { root, nodes, nodeOf, data } = view;
  const lines = root.querySelector(".lines");
  const vias = new Map(data.plan.bypasses.map((one) => [`${one.join}/${one.id}`, one]));
  const paths = [];
  const middle = view.high / 2;
  const foldAt = view.hidden ? Number(root.querySelector(".fold").style.left.replace("px", "")) : 0;
  for (const node of nodes) {
    node.reads.forEach((id, number) => {
      const source = nodeOf.get(id);
      if (!source || (node.x === null && source.x === null)) return;
      const from = source.x === null ? [foldAt + view.pitch - BETWEEN, middle] : [source.right, source.middle];
      const to = node.x === null ? [foldAt, middle] : [node.left - 2, node.middle];
      const via = vias.get(`${node.id}/${node.id}.${number}`);
      if (via && node.x !== null && source.x !== null) {
        const y = via.middle * view.high;
        const [out, back] = [from[0] + view.pitch / 2, to[0] - view.pitch / 2];
        paths.push(`${curve(from, [out, y])} L${back},${y} ${curve([back, y], to)}`);
      } else paths.push(curve(from, to));
    });
  }
  const text = paths.join(" ");
  lines.setAttribute("width", root.querySelector(".field").style.width);
  lines.setAttribute("height", view.high);
  if (lines.dataset.drawn === text) return;
  lines.dataset.drawn = text;
  let path = lines.firstElementChild;
  if (!path) {
    path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    lines.append(path);
  }
  path.setAttribute("d", text);
}

function curve([x1, y1], [x2, y2]) {
  const bend = (x1 + x2) / 2;
  return `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
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
  if (!stage || !isIn(stage, unit)) {
    root.querySelector(".said").textContent = data.hint;
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

function sentenceOfPixel(stage, unit) {
  const level = stage.levels[unit.row * stage.columns + unit.column];
  const value = stage.low + (level / 65535) * (stage.high - stage.low);
  return `The image: row ${unit.row + 1}, column ${unit.column + 1} is ${value.toPrecision(3)}.`;
}

// ---- What the visitor does

const aimed = (stage, event) => {
  const bounds = stage.grid.getBoundingClientRect();
  const unit = unitAt(stage, event.clientX - bounds.left, event.clientY - bounds.top);
  return unit && unit.map < stage.shown ? unit : null;
};

function listenToGrid(view, stage) {
  const { own } = view;
  const aim = (unit) => {
    if (own.hovered && unit && marked(own.hovered) === marked(unit)) return;
    own.hovered = unit;
    show(view);
  };
  stage.grid.onpointermove = (event) => aim(aimed(stage, event));
  stage.grid.onpointerleave = () => aim(null);
  stage.grid.onclick = (event) => {
    const unit = aimed(stage, event);
    if (unit) choose(view, unit);
  };
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
