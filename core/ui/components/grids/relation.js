// Which cells belong together when a small grid slides over a large one. No drawing, no page, and no arithmetic of values.
//
// A cell is { grid, row, column }. A geometry is that of core.views.grids: the cell (r, c) of a small grid and the offset
// (y, x) of the kernel belong to the cell (r·stride + y·dilation − before, …) of the large one. A term is one such meeting.

export const same = (one, other) =>
  Boolean(one && other) && one.grid === other.grid && one.row === other.row && one.column === other.column;

export const nameOf = ({ grid, row, column }) => `${grid}:${row},${column}`;

const range = (count) => Array.from({ length: count }, (_, at) => at);

// Along one axis: [position in the small grid, offset in the kernel, place in the large grid], for what is known of them.
export function meetings(geometry, { small, offset, large }) {
  const { stride, dilation, before, kernel, size } = geometry;
  const positions = small === undefined ? range(size) : [small];
  const offsets = offset === undefined ? range(kernel) : [offset];
  const all = positions.flatMap((at) => offsets.map((by) => [at, by, at * stride + by * dilation - before]));
  return large === undefined ? all : all.filter(([, , place]) => place === large);
}

// The terms in which a cell takes part: { large, small, kernel, picked }. Cells of the large grid may lie in the padding.
export function termsOf(geometry, cell) {
  return geometry.pairs.flatMap((pair) => {
    const part = ["small", "large"].find((name) => pair[name].includes(cell.grid));
    if (part) return met(geometry, pair, part, cell);
    return pair.kernel === cell.grid ? met(geometry, pair, "offset", shownAs(geometry, cell)) : [];
  });
}

function met(geometry, pair, part, { row, column }) {
  const down = meetings(geometry, { [part]: row });
  const across = meetings(geometry, { [part]: column });
  return down.flatMap(([r, y, top]) =>
    across.map(([c, x, left]) => ({
      large: pair.large.map((grid) => ({ grid, row: top, column: left })),
      small: pair.small.map((grid) => ({ grid, row: r, column: c })),
      kernel: pair.kernel ? { grid: pair.kernel, ...shownAs(geometry, { row: y, column: x }) } : null,
      picked: isPicked(geometry.picks, r, c, top, left),
    })),
  );
}

function isPicked(picks, row, column, top, left) {
  const [y, x] = picks?.[`${row},${column}`] ?? [null, null];
  return y === top && x === left;
}

// A flipped kernel is drawn as it stands; which of its cells is meant at an offset, and the other way round.
function shownAs({ flip, kernel }, { row, column }) {
  return flip ? { row: kernel - 1 - row, column: kernel - 1 - column } : { row, column };
}

// Name of a cell → how it is lit: "picked" where a pick belongs to it, else "lit".
export function litBy(terms) {
  const lit = new Map();
  for (const { large, small, kernel, picked } of terms) {
    for (const cell of [...large, ...small, ...(kernel ? [kernel] : [])]) {
      const name = nameOf(cell);
      if (picked || !lit.has(name)) lit.set(name, picked ? "picked" : "lit");
    }
  }
  return lit;
}
