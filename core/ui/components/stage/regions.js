import { readBy } from "../units.js";

// What a unit reads, layer by layer down to the image: id → { maps, box }. A layer between has the smallest box that
// holds all that is read of it.
export function regions(byId, unit) {
  const found = new Map([[unit.id, { maps: unit.map, box: [unit.row, unit.column, unit.row + 1, unit.column + 1] }]]);
  const order = [...byId.keys()].toReversed(); // each stage comes after those that it reads
  for (const id of order) {
    const stage = byId.get(id);
    const own = found.get(id);
    if (!own || id === "") continue;
    for (const reads of stage.reads) {
      const lower = byId.get(reads.id);
      if (!lower) continue;
      const [row, column, below, right] = own.box;
      const ends = [
        { map: firstOf(own.maps), row, column },
        { map: firstOf(own.maps), row: below - 1, column: right - 1 },
      ];
      const [one, other] = ends.map((end) => readBy(reads, end, stage.columns));
      if (one[0] === -1 || !one[1] || !other[1]) continue; // of a concatenation, another branch
      const whole = reads.flattened && own.maps === "all";
      const maps = own.maps === "all" ? "all" : one[0];
      const box = whole ? [0, 0, lower.rows, lower.columns] : united(one[1], other[1]);
      const known = found.get(reads.id);
      found.set(
        reads.id,
        known ? { maps: known.maps === maps ? maps : "all", box: united(known.box, box) } : { maps, box },
      );
    }
  }
  return found;
}

const firstOf = (maps) => (maps === "all" ? 0 : Array.isArray(maps) ? maps[0] : maps);

const united = (one, other) => [
  Math.min(one[0], other[0]),
  Math.min(one[1], other[1]),
  Math.max(one[2], other[2]),
  Math.max(one[3], other[3]),
];
