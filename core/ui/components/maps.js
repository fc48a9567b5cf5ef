// Feature maps, drawn and hovered in the browser: what a unit sees of the image and reads of the layers below has a
// frame. A click, or Enter, asks the server to explain the unit. The data are those of core.views.maps.maps_data.
// Words go into textContent and attributes, never into HTML.

import { frame, painted } from "./paint.js";
import {
  boxOf,
  contents,
  decoded,
  following,
  includes,
  isIn,
  listenForClick,
  marked,
  MOVES,
  moved,
  noun,
  palette,
  readBy,
  sentence,
  strongest,
  unitAt,
  unitOf,
} from "./units.js";

const GAP = 8; // px between maps
const LABEL = 15; // px for the words under a map
const STEP_MS = 120; // of Play
const NARROW = "(max-width: 700px)"; // as in maps.css
const ENLARGED = { narrow: 140, wide: 224 }; // px
const MAP = { together: 84, alone: 168 }; // px
const UNIT = { named: 30, unnamed: 11 }; // px
const MOST_UNITS = 40; // in a row

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".maps");
  root.own ??= { unit: null, usual: true, playing: false, explained: "" };
  // What is drawn now takes the place of what was drawn before: its observer and timer would go on with old numbers.
  root.own.rest?.();
  const stages = data.stages.map((stage) => ({
    ...stage,
    levels: decoded(stage.values),
    table: palette(stage.colours),
  }));
  const [image, ...layers] = stages;
  const view = { root, own: root.own, image, layers, data, send: setTriggerValue, timer: null };
  if (root.own.usual) root.own.unit = null; // nobody has chosen it: another image has another
  if (data.explained && data.explained !== root.own.explained)
    Object.assign(root.own, { unit: unitOf(data.explained), usual: false });
  root.own.explained = data.explained;
  view.byId = new Map(stages.map((stage) => [stage.id, stage]));
  fillSections(view, parentElement.querySelector("template").content.firstElementChild);
  listen(view);
  const observer = observed(view);
  drawAll(view);
  play(view, root.own.playing);
  root.own.rest = () => {
    observer.disconnect();
    clearInterval(view.timer);
  };
  return root.own.rest;
}

// ---- Where things are

// Sizes in px of a stage's maps on a page of so much room: those of a map, how far apart, how many in a row.
export function layout(stage, room, size) {
  const plain = stage.vector && !stage.names;
  const units = stage.names ? UNIT.named : UNIT.unnamed;
  const cell = stage.vector ? units : Math.max(2, Math.round(size / Math.max(stage.rows, stage.columns)));
  const gap = plain ? 1 : GAP;
  const label = plain ? 0 : LABEL;
  const across = stage.columns * cell + gap;
  const down = stage.rows * cell + gap + label;
  const most = Math.max(1, Math.floor((room + gap) / across));
  // Rows of one length.
  const perRow = plain ? Math.min(most, MOST_UNITS) : Math.ceil(stage.maps / Math.ceil(stage.maps / most));
  const width = Math.min(perRow, stage.maps) * across;
  return { cell, label, across, down, perRow, width, height: Math.ceil(stage.maps / perRow) * down };
}

const corner = (stage, map) => [(map % stage.perRow) * stage.across, Math.floor(map / stage.perRow) * stage.down];

// ---- Drawing

// One map, as large as whole pixels allow; gives the size of a unit.
function enlarged(grid, tile) {
  const wide = window.matchMedia(NARROW).matches ? ENLARGED.narrow : ENLARGED.wide;
  const cell = Math.max(1, Math.floor(wide / Math.max(tile.width, tile.height)));
  for (const canvas of grid.children) {
    canvas.width = tile.width * cell;
    canvas.height = tile.height * cell;
  }
  grid.style.width = `${tile.width * cell}px`;
  const context = grid.children[0].getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(tile, 0, 0, tile.width * cell, tile.height * cell);
  return cell;
}

const over = (grid) => grid.children[1].getContext("2d");

// Fills one section a layer; sections, and with them the focus, are kept from one run of the page to the next.
function fillSections({ root, layers, data, send }, fresh) {
  const list = root.querySelector(".layers");
  root.append(root.querySelector(".explained")); // sections may go, the mark stays
  while (list.children.length > layers.length) list.lastChild.remove();
  while (list.children.length < layers.length) list.append(fresh.cloneNode(true));
  layers.forEach((stage, number) => {
    const part = (name) => list.children[number].querySelector(name);
    const title = part(".head button");
    title.textContent = stage.title;
    title.title = data.single ? "Back to the whole network" : "Only this layer, larger";
    title.onclick = () => send("layer", data.single ? "all" : stage.id);
    part(".shape").textContent = stage.shape;
    const [low, bar, high] = part(".scale").children;
    low.textContent = stage.low.toPrecision(3);
    high.textContent = stage.high.toPrecision(3);
    bar.style.background = `linear-gradient(to right, ${stage.colours.join(",")})`;
    const what = stage.vector ? "units" : "maps";
    const all = stage.channels === stage.maps;
    const more = all ? "" : ` The first ${stage.maps} of ${stage.channels} ${what} are drawn.`;
    part(".note").textContent = stage.note + more;
    stage.grid = part(".grid");
    stage.grid.dataset.layer = stage.id;
    const keys = "Arrow keys move from number to number, Enter explains.";
    stage.grid.setAttribute("aria-label", `${contents(stage)} ${stage.note} ${keys}`);
    stage.tiles = Array.from({ length: stage.maps }, (_, map) => painted(stage, map));
  });
}

function drawAll(view) {
  const { root, image, layers, data } = view;
  const tile = painted(image, image.channels === 3 ? "rgb" : 0);
  image.cell = enlarged(root.querySelector(".seen"), tile);
  for (const stage of layers) {
    const room = stage.grid.parentElement.clientWidth || 320;
    Object.assign(stage, layout(stage, room, data.single ? MAP.alone : MAP.together));
    drawLayer(stage, getComputedStyle(root));
  }
  show(view);
}

function drawLayer(stage, style) {
  stage.dense = window.devicePixelRatio || 1;
  for (const canvas of stage.grid.querySelectorAll("canvas")) {
    canvas.width = Math.ceil(stage.width * stage.dense);
    canvas.height = Math.ceil(stage.height * stage.dense);
    // Not the stage's size: a number is drawn where the pointer finds it, also where a pixel is a fraction of the screen's.
    canvas.style.width = `${canvas.width / stage.dense}px`;
    canvas.style.height = `${canvas.height / stage.dense}px`;
  }
  stage.grid.style.width = `${stage.width}px`;
  stage.grid.style.height = `${stage.height}px`;
  const context = stage.grid.children[0].getContext("2d");
  context.scale(stage.dense, stage.dense);
  context.imageSmoothingEnabled = false;
  context.fillStyle = style.color;
  context.font = `11px ${style.fontFamily}`;
  context.textAlign = "center";
  const [wide, high] = [stage.columns * stage.cell, stage.rows * stage.cell];
  stage.tiles.forEach((tile, map) => {
    const [x, y] = corner(stage, map);
    context.drawImage(tile, x, y, wide, high);
    const words = stage.names ? stage.names[map] : String(map + 1);
    if (stage.label) context.fillText(words, x + wide / 2, y + high + 11);
  });
}

function clear({ root, layers }) {
  for (const stage of layers) {
    const context = over(stage.grid);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.scale(stage.dense, stage.dense);
  }
  const seen = over(root.querySelector(".seen"));
  seen.clearRect(0, 0, seen.canvas.width, seen.canvas.height);
}

// The stage of the chosen unit; where there is none any more, the strongest of the first maps is chosen.
function chosenStage({ own, layers }) {
  const stage = own.unit && layers.find((one) => one.id === own.unit.id);
  if (stage && isIn(stage, own.unit)) return stage;
  const first = layers.find((one) => !one.vector) || layers[0];
  own.unit = first ? strongest(first) : null;
  own.usual = true;
  return first;
}

// Frames the chosen unit, what it reads and what it sees, and says what it is.
function show(view) {
  const { root, own, image, data } = view;
  const stage = chosenStage(view);
  if (!stage) return;
  const { row, column } = own.unit;
  const itself = [row, column, row + 1, column + 1];
  clear(view);
  frame(over(stage.grid), ...corner(stage, own.unit.map), itself, stage.cell, data.frame);
  for (const reads of stage.reads) frameRead(view, stage, reads);
  const box = boxOf(stage.field, row, column, stage.columns) || [0, 0, image.rows, image.columns];
  frame(over(root.querySelector(".seen")), 0, 0, box, image.cell, data.frame);
  const large = root.querySelector(".large");
  large.parentElement.hidden = stage.vector;
  if (!stage.vector) {
    const cell = enlarged(large, stage.tiles[own.unit.map]);
    frame(over(large), 0, 0, itself, cell, data.frame);
    const caption = `${noun(stage, own.unit)} of layer ${stage.title.split(" ")[0]}`;
    large.nextElementSibling.textContent = caption;
  }
  root.querySelector(".said").textContent = sentence(stage, own.unit, box, image);
  root.dataset.unit = marked(own.unit);
  root.dataset.box = box.join(",");
  markExplained(view);
}

// A mark of its own stays on the number that is explained while one moves over others.
function markExplained({ root, own, layers }) {
  const mark = root.querySelector(".explained");
  const unit = unitOf(own.explained);
  const stage = unit && layers.find((one) => one.id === unit.id);
  mark.hidden = !stage || !isIn(stage, unit);
  if (mark.hidden) return;
  const [x, y] = corner(stage, unit.map);
  const place = {
    left: x + unit.column * stage.cell,
    top: y + unit.row * stage.cell,
    width: stage.cell,
    height: stage.cell,
  };
  for (const [side, px] of Object.entries(place)) mark.style[side] = `${px}px`;
  const pinned = window.matchMedia(NARROW).matches ? root.querySelector("aside").offsetHeight : 0;
  mark.dataset.clear = pinned; // px below the page's header
  if (mark.parentElement !== stage.grid) stage.grid.append(mark);
}

function frameRead({ own, byId, image, data }, stage, reads) {
  const lower = byId.get(reads.id);
  if (!lower || lower === image) return;
  const [maps, box] = readBy(reads, own.unit, stage.columns);
  for (let map = 0; map < lower.maps; map++) {
    if (!includes(maps, map)) continue;
    frame(over(lower.grid), ...corner(lower, map), lower.vector ? [0, 0, 1, 1] : box, lower.cell, data.frame);
  }
}

// ---- What the visitor does

function choose(view, unit) {
  Object.assign(view.own, { unit, usual: false });
  show(view);
}

function explain(view) {
  const { own, send, data } = view;
  if (!own.unit) return;
  own.usual = false;
  if (data.explained !== undefined) own.explained = marked(own.unit);
  markExplained(view);
  send("unit", marked(own.unit));
}

function step(view) {
  const stage = chosenStage(view);
  if (stage) choose(view, following(stage, view.own.unit));
}

function play(view, on) {
  view.own.playing = on;
  clearInterval(view.timer);
  view.timer = on ? setInterval(step, STEP_MS, view) : null;
  view.root.querySelector(".play").textContent = on ? "Pause" : "Play";
}

function listen(view) {
  const { root, own } = view;
  const find = (name) => root.querySelector(name);
  find(".play").onclick = () => play(view, !own.playing);
  find(".step").onclick = () => {
    play(view, false);
    step(view);
  };
  find(".explain").onclick = () => explain(view);
  for (const stage of view.layers) listenTo(view, stage);
}

function listenTo(view, stage) {
  const aimed = (event) => {
    const bounds = stage.grid.getBoundingClientRect();
    return unitAt(stage, event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const aim = listenForClick(stage.grid, aimed, (unit) => {
    play(view, false);
    choose(view, unit);
    explain(view);
  });
  stage.grid.onpointermove = (event) => {
    const unit = aim(event);
    if (unit && !view.own.playing) choose(view, unit);
  };
  stage.grid.onkeydown = (event) => {
    if (event.key === "Enter") explain(view);
    if (!MOVES[event.key]) return;
    event.preventDefault();
    choose(view, moved(stage, view.own.unit, MOVES[event.key]));
  };
}

// Draws anew when the page has become wider or narrower.
function observed(view) {
  const list = view.root.querySelector(".layers");
  let wide = list.clientWidth;
  const observer = new ResizeObserver(() => {
    if (list.clientWidth === wide) return;
    wide = list.clientWidth;
    drawAll(view);
  });
  observer.observe(list);
  return observer;
}
