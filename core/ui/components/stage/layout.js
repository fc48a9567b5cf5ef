// Where the parts of the stage are: columns of layers, lanes of branches, and the maps within a layer. Numbers only.

export const PITCH = { least: 78, most: 220 }; // px from one column to the next
export const BETWEEN = 26; // px of it between two layers, for the kernels on the link
export const BEFORE_NAMES = 8; // px of it before the last layer, where its units have names: no kernels stand there
export const HEAD = 44; // px above the maps of a layer, for its name
export const SHAPE = 18; // px below them
const LEFT_OUT = 14; // px more, for how many of them are not drawn
const LEAST_MAPS_HIGH = 60; // px of the maps of a layer, below which that line would take too much of them
export const ROOM = 6; // px between lanes
const GAP_OF_MAPS = 3; // px
const LEAST_MAP = 13; // px; smaller ones say nothing
const MOST_MAP = 150;
const NAMED = { least: 11, most: 20 }; // px a row
export const MOST_NAMED = 14; // px of a unit beside its name
const UNIT_CELL = { least: 4, most: 12 };

// The layers that are folded away where the columns do not fit: [first, last] of the outermost sequence, or null.
// `items` are the columns that each of its blocks takes; the image takes one, and so does the fold.
export function folded(items, room) {
  const fit = Math.floor(room / PITCH.least);
  const all = items.reduce((sum, wide) => sum + wide, 1);
  if (all <= fit || fit < 4 || items.length < 3) return null;
  let [front, back] = [0, items.length];
  let used = 2;
  const room_for = (at) => used + items[at] <= fit;
  // From both ends in turn, the end of the network first: there is the answer.
  for (let turn = 0; back - front > 1; turn++) {
    const [here, there] = turn % 2 ? [front, back - 1] : [back - 1, front];
    const at = room_for(here) ? here : room_for(there) ? there : null;
    if (at === null) break;
    used += items[at];
    if (at === front) front += 1;
    else back -= 1;
  }
  return front === 0 && back === items.length ? null : [front, back - 1];
}

const pitchOf = (px) => Math.min(PITCH.most, Math.max(PITCH.least, Math.floor(px)));

// The x of a column, the distance between columns and the width of the last one, for so many px; `hidden` as `folded`
// gives it. The last one gets the px that its names need, as far as the others keep theirs.
export function columnsOf(items, hidden, room, needed = 0) {
  const starts = [1];
  for (const wide of items) starts.push(starts[starts.length - 1] + wide);
  const gone = hidden ? starts[hidden[1] + 1] - starts[hidden[0]] : 0;
  const all = starts[starts.length - 1] - gone + (hidden ? 1 : 0);
  let pitch = pitchOf(room / all);
  let last = pitch;
  if (needed > pitch) {
    const scrolls = pitch * all > room;
    pitch = pitchOf((room - needed) / (all - 1));
    last = scrolls ? needed : Math.max(pitch, Math.min(needed, room - pitch * (all - 1)));
  }
  const fold = hidden ? starts[hidden[0]] : null;
  const at = (column) => (hidden && column >= starts[hidden[1] + 1] ? column - gone + 1 : column) * pitch;
  return { pitch, last, width: (all - 1) * pitch + last, fold: fold === null ? null : fold * pitch, at };
}

// How the maps or units of a layer are drawn in a room of so many px: the size of a unit, how far apart maps are, how
// many in a row, how many of them at all, and whether a line says how many are not.
export function fitted(stage, wide, high) {
  const found = fittedIn(stage, wide, high);
  if (found.shown === stage.channels || high < LEAST_MAPS_HIGH) return { ...found, line: false };
  return { ...fittedIn(stage, wide, high - LEFT_OUT), line: true };
}

function fittedIn(stage, wide, high) {
  if (stage.vector) return stage.names ? fittedNames(stage, wide, high) : fittedUnits(stage, wide, high);
  const longest = Math.max(stage.rows, stage.columns);
  let best = null;
  for (let perRow = 1; perRow <= 8; perRow++) {
    const size = Math.min(MOST_MAP, (wide - (perRow - 1) * GAP_OF_MAPS) / perRow, high);
    if (best && size < LEAST_MAP) break;
    const down = (size * stage.rows) / longest + GAP_OF_MAPS;
    const rows = Math.max(1, Math.floor((high + GAP_OF_MAPS) / down));
    const shown = Math.min(stage.maps, perRow * rows);
    if (!best || shown > best.shown) {
      const across = (size * stage.columns) / longest + GAP_OF_MAPS;
      best = { cell: size / longest, across, down, perRow, shown };
    }
    if (shown === stage.maps) break;
  }
  return sized(best);
}

function fittedUnits(stage, wide, high) {
  let found = null;
  for (let cell = UNIT_CELL.most; cell >= UNIT_CELL.least; cell--) {
    const perRow = Math.max(1, Math.floor(wide / (cell + 1)));
    const rows = Math.max(1, Math.floor(high / (cell + 1)));
    const shown = Math.min(stage.maps, perRow * rows);
    found = { cell, across: cell + 1, down: cell + 1, perRow: Math.min(perRow, shown), shown };
    if (shown === stage.maps) break;
  }
  return sized(found);
}

function fittedNames(stage, wide, high) {
  const down = Math.max(NAMED.least, Math.min(NAMED.most, Math.floor(high / stage.maps)));
  const shown = Math.max(1, Math.min(stage.maps, Math.floor(high / down)));
  return { ...sized({ cell: Math.min(down - 3, MOST_NAMED), across: wide, down, perRow: 1, shown }), width: wide };
}

function sized(found) {
  const rows = Math.ceil(found.shown / found.perRow);
  return { ...found, width: Math.min(found.perRow, found.shown) * found.across, height: rows * found.down };
}
