// The units of feature maps: their numbers, what they read and see, the way from one to the next, and what is said of
// them. No drawing, no page. The data are those of core.views.maps.
//
// A stage is the image or a layer; a unit is { id: of its stage, map, row, column }; a box is [first row, first column,
// row after the last, column after the last]. A vector is a stage of 1×1 maps.

import { counted } from "./words.js";

export const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

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

// The unit with the largest number; of equal ones, those in the middle and of earlier maps first.
export function strongest(stage) {
  const middle = (stage.rows >> 1) * stage.columns + (stage.columns >> 1);
  let best = middle;
  stage.levels.forEach((level, at) => {
    if (level > stage.levels[best]) best = at;
  });
  const size = stage.rows * stage.columns;
  const map = Math.floor(best / size);
  if (stage.levels[map * size + middle] === stage.levels[best]) best = map * size + middle;
  const place = best % size;
  return { id: stage.id, map, row: Math.floor(place / stage.columns), column: place % stage.columns };
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

export const includes = (maps, map) => maps === "all" || maps === map || (maps[0] <= map && map < maps[1]);

export const isIn = (stage, unit) => unit.map < stage.maps && unit.row < stage.rows && unit.column < stage.columns;

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

// Calls `chosen` with the unit that is clicked. A click comes without the fraction of a pixel that pointers have: it means
// what the pointer was over. Gives what is to be called with each move.
export function listenForClick(grid, aimed, chosen) {
  let pointed = null;
  const aim = (event) => (pointed = aimed(event));
  grid.onpointerdown = grid.onpointerup = aim;
  grid.onclick = (event) => {
    const unit = event.detail ? pointed : aimed(event); // without a pointer, from a screen reader
    if (unit) chosen(unit);
  };
  return aim;
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

export const noun = (stage, unit) => {
  if (!stage.vector) return `map ${unit.map + 1}`;
  return stage.names ? `“${stage.names[unit.map]}”` : `unit ${unit.map + 1}`;
};

function seenWords(box, image) {
  if (box[2] <= box[0]) return "It sees nothing but padding.";
  if (box.join() === [0, 0, image.rows, image.columns].join()) return "It sees the whole image.";
  return `It sees rows ${box[0] + 1} to ${box[2]} and columns ${box[1] + 1} to ${box[3]} of the image.`;
}

export function contents(stage) {
  return `${counted(stage.channels, stage.vector ? "unit" : "feature map")} of ${stage.title}.`;
}

export function sentence(stage, unit, box, image) {
  const where = stage.vector ? "" : `, row ${unit.row + 1}, column ${unit.column + 1}`;
  const value = valueOf(stage, unit).toPrecision(4);
  return `${stage.title}: ${noun(stage, unit)}${where} is ${value}. ${seenWords(box, image)}`;
}

export const marked = (unit) => [unit.id, unit.map, unit.row, unit.column].join("|");

// The unit of such a text; null for an empty one.
export function unitOf(text) {
  if (!text) return null;
  const [id, map, row, column] = text.split("|");
  return { id, map: Number(map), row: Number(row), column: Number(column) };
}
