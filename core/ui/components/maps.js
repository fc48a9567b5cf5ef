// Feature maps, drawn and hovered in the browser: what a unit sees of the image and reads of the layers below has a
// frame. A click, or Enter, asks the server to explain the unit. The data are those of core.views.maps.maps_data.
// Words go into textContent and attributes, never into HTML.
//
// A stage is the image or a layer; a unit is { id: of its stage, map, row, column }; a box is [first row, first column,
// row after the last, column after the last]. A vector is a stage of 1×1 maps.

const GAP = 8; // px between maps
const LABEL = 15; // px for the words under a map
const STEP_MS = 120; // of Play
const NARROW = "(max-width: 700px)"; // as in maps.css
const ENLARGED = { narrow: 140, wide: 224 }; // px
const MAP = { together: 84, alone: 168 }; // px
const UNIT = { named: 30, unnamed: 11 }; // px
const MOST_UNITS = 40; // in a row
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".maps");
  root.own ??= { unit: null, playing: false };
  // What is drawn now takes the place of what was drawn before: its observer and timer would go on with old numbers.
  root.own.rest?.();
  const stages = data.stages.map((stage) => ({
    ...stage,
    levels: decoded(stage.values),
    table: palette(stage.colours),
  }));
  const [image, ...layers] = stages;
  const view = { root, own: root.own, image, layers, data, send: setTriggerValue, timer: null };
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

// ---- The numbers

// Little-endian 16-bit levels in base64.
export function decoded(values) {
  return new Uint16Array(Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0)).buffer);
}

// 256 colours from the first to the last of some, as red, green, blue, red, …
export function palette(colours) {
  const stops = colours.map((one) => [1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16)));
  const table = new Uint8Array(256 * 3);
  for (let n = 0; n < 256; n++) {
    const at = (n / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let k = 0; k < 3; k++) {
      table[n * 3 + k] = Math.round(stops[low][k] * (1 - at + low) + stops[low + 1][k] * (at - low));
    }
  }
  return table;
}

export function valueOf(stage, { map, row, column }) {
  const level = stage.levels[(map * stage.rows + row) * stage.columns + column];
  return stage.low + (level / 65535) * (stage.high - stage.low);
}

// What the unit in one place of a stage of so many columns reads: rows and columns apart, or a box for each place.
export function boxOf(spans, row, column, columns) {
  if (!spans) return null;
  if (spans.boxes) return spans.boxes[row * columns + column] || spans.boxes[0];
  const down = spans.rows[Math.min(row, spans.rows.length - 1)];
  const across = spans.columns[Math.min(column, spans.columns.length - 1)];
  return [down[0], across[0], down[1], across[1]];
}

// Which maps of a layer below a unit reads (one, or [the first, the one after the last], or "all"), and their box.
export function readBy(reads, unit, columns) {
  if (reads.flattened) {
    const [, wide, deep] = reads.flattened;
    const row = Math.floor(unit.map / (deep * wide));
    const column = Math.floor(unit.map / deep) % wide;
    return [unit.map % deep, [row, column, row + 1, column + 1]];
  }
  const maps = reads.maps === "all" ? "all" : reads.maps[unit.map];
  return [maps, boxOf(reads, unit.row, unit.column, columns)];
}

const includes = (maps, map) => maps === "all" || maps === map || (maps[0] <= map && map < maps[1]);

const isIn = (stage, unit) => unit.map < stage.maps && unit.row < stage.rows && unit.column < stage.columns;

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

// The unit at a place on a stage's canvas, or null between maps.
export function unitAt(stage, x, y) {
  const inRow = Math.floor(x / stage.across);
  const map = Math.floor(y / stage.down) * stage.perRow + inRow;
  const row = Math.floor((y % stage.down) / stage.cell);
  const column = Math.floor((x % stage.across) / stage.cell);
  if (x < 0 || y < 0 || inRow >= stage.perRow) return null;
  const unit = { id: stage.id, map, row, column };
  return isIn(stage, unit) ? unit : null;
}

// The unit that an arrow key leads to; edges lead round to the other side.
export function moved(stage, unit, [down, right]) {
  if (!unit || unit.id !== stage.id) return { id: stage.id, map: 0, row: 0, column: 0 };
  if (stage.vector) return { ...unit, map: (unit.map + right + down * stage.perRow + stage.maps) % stage.maps };
  const row = (unit.row + down + stage.rows) % stage.rows;
  return { ...unit, row, column: (unit.column + right + stage.columns) % stage.columns };
}

// The unit that Step leads to: through a map row by row, or from unit to unit.
export function following(stage, unit) {
  if (stage.vector) return { ...unit, map: (unit.map + 1) % stage.maps };
  const column = (unit.column + 1) % stage.columns;
  return { ...unit, column, row: column ? unit.row : (unit.row + 1) % stage.rows };
}

// ---- What is said

const noun = (stage, unit) => {
  if (!stage.vector) return `map ${unit.map + 1}`;
  return stage.names ? `“${stage.names[unit.map]}”` : `unit ${unit.map + 1}`;
};

function seenWords(box, image) {
  if (box[2] <= box[0]) return "It sees nothing but padding.";
  if (box.join() === [0, 0, image.rows, image.columns].join()) return "It sees the whole image.";
  return `It sees rows ${box[0] + 1} to ${box[2]} and columns ${box[1] + 1} to ${box[3]} of the image.`;
}

export function sentence(stage, unit, box, image) {
  const where = stage.vector ? "" : `, row ${unit.row + 1}, column ${unit.column + 1}`;
  const value = valueOf(stage, unit).toPrecision(4);
  return `${stage.title}: ${noun(stage, unit)}${where} is ${value}. ${seenWords(box, image)}`;
}

const marked = (unit) => [unit.id, unit.map, unit.row, unit.column].join("|");

// ---- Drawing

// A map as a canvas of one pixel a unit; the map "rgb" is a colour image.
function painted(stage, map) {
  const canvas = document.createElement("canvas");
  canvas.width = stage.columns;
  canvas.height = stage.rows;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(stage.columns, stage.rows);
  const size = stage.rows * stage.columns;
  for (let at = 0; at < size; at++) {
    const level = (n) => stage.levels[n * size + at] >> 8;
    for (let k = 0; k < 3; k++) {
      pixels.data[at * 4 + k] = map === "rgb" ? level(k) : stage.table[level(map) * 3 + k];
    }
    pixels.data[at * 4 + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function frame(context, x, y, box, cell, colour) {
  if (!box || box[2] <= box[0] || box[3] <= box[1]) return;
  const place = [x + box[1] * cell, y + box[0] * cell, (box[3] - box[1]) * cell, (box[2] - box[0]) * cell];
  for (const [width, style] of [
    [4, "rgba(0,0,0,.65)"],
    [2, colour],
  ]) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.strokeRect(...place);
  }
}

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
    const content = `${stage.channels} ${stage.vector ? "units" : "feature maps"} of ${stage.title}.`;
    const keys = "Arrow keys move from number to number, Enter explains.";
    stage.grid.setAttribute("aria-label", `${content} ${stage.note} ${keys}`);
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
  for (const canvas of stage.grid.children) {
    canvas.width = Math.ceil(stage.width * stage.dense);
    canvas.height = Math.ceil(stage.height * stage.dense);
    canvas.style.width = `${stage.width}px`;
    canvas.style.height = `${stage.height}px`;
  }
  stage.grid.style.width = `${stage.width}px`;
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

// The stage of the chosen unit; where there is none any more, the middle of the first map is chosen.
function chosenStage({ own, layers }) {
  const stage = own.unit && layers.find((one) => one.id === own.unit.id);
  if (stage && isIn(stage, own.unit)) return stage;
  const first = layers.find((one) => !one.vector) || layers[0];
  own.unit = first ? { id: first.id, map: 0, row: first.rows >> 1, column: first.columns >> 1 } : null;
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
  view.own.unit = unit;
  show(view);
}

function explain({ own, send }) {
  if (own.unit) send("unit", marked(own.unit));
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
  stage.grid.onpointermove = (event) => {
    const unit = aimed(event);
    if (unit && !view.own.playing) choose(view, unit);
  };
  stage.grid.onclick = (event) => {
    const unit = aimed(event);
    if (!unit) return;
    play(view, false);
    choose(view, unit);
    explain(view);
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
