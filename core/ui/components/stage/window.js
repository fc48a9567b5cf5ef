// The arithmetic of a sliding window while one sets it: how far it reaches, the padding, the places at which it stands.
// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), chapters 2 and 4; for
// "same", TensorFlow's rule. The words are those of core.network.arithmetic.

const MOST_CELLS = 32; // of an axis that are drawn
const SIDE_PX = 108;
const STEP_MS_OF_WINDOW = 140;

// The window along one axis of n pixels: { before, after, count }; count is below 1 where it does not fit.
export function slide(n, size, stride, dilation, padding) {
  const extent = (size - 1) * dilation + 1;
  if (padding !== "same") return { before: 0, after: 0, count: Math.floor((n - extent) / stride) + 1, extent };
  const count = Math.ceil(n / stride);
  const total = Math.max((count - 1) * stride + extent - n, 0);
  return { before: Math.floor(total / 2), after: total - Math.floor(total / 2), count, extent };
}

// ⌊(28 + 2·2 − 5)/1⌋ + 1 = 28
export function windowSum(n, size, stride, dilation, padding) {
  const { before, after, count, extent } = slide(n, size, stride, dilation, padding);
  if (count < 1) return `${extent} pixels do not fit into ${n}.`;
  const added = before + after === 0 ? "" : before === after ? ` + 2·${after}` : ` + ${before} + ${after}`;
  const wide = dilation > 1 ? `((${size} − 1)·${dilation} + 1)` : `${size}`;
  return `⌊(${n}${added} − ${wide})/${stride}⌋ + 1 = ${count}`;
}

// A board that shows the window on the padded image, and the output so far. `axes` are [rows, columns], each
// { n, size, stride, dilation, padding }. Gives a function that ends it.
export function windowBoard(canvas, axes, colours) {
  const slides = axes.map((axis) => slide(axis.n, axis.size, axis.stride, axis.dilation, axis.padding));
  const places = slides.map((one) => Math.max(0, one.count));
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const all = places[0] * places[1];
  let at = calm ? Math.floor(all / 2) : 0;
  const paint = () => paintBoard(canvas, axes, slides, at, colours);
  paint();
  if (calm || all < 2) return () => {};
  const timer = setInterval(() => {
    at = (at + 1) % all;
    paint();
  }, STEP_MS_OF_WINDOW);
  return () => clearInterval(timer);
}

function paintBoard(canvas, axes, slides, at, colours) {
  const dense = window.devicePixelRatio || 1;
  canvas.width = 2 * (SIDE_PX + 10) * dense;
  canvas.height = SIDE_PX * dense;
  canvas.style.width = `${2 * (SIDE_PX + 10)}px`;
  canvas.style.height = `${SIDE_PX}px`;
  const pen = canvas.getContext("2d");
  pen.scale(dense, dense);
  const sizes = axes.map((axis, side) => axis.n + slides[side].before + slides[side].after);
  const cell = SIDE_PX / Math.max(...sizes, 1);
  const lines = Math.max(...sizes) <= MOST_CELLS;
  const box = (x, y, columns, rows, fill) => {
    pen.fillStyle = fill;
    pen.fillRect(x * cell, y * cell, columns * cell - (lines ? 0.5 : 0), rows * cell - (lines ? 0.5 : 0));
  };
  for (let row = 0; row < sizes[0]; row++) {
    for (let column = 0; column < sizes[1]; column++) {
      const real = [row, column].every((place, side) => {
        const inside = place - slides[side].before;
        return inside >= 0 && inside < axes[side].n;
      });
      box(column, row, 1, 1, real ? colours.pixel : colours.padding);
    }
  }
  const count = slides.map((one) => Math.max(0, one.count));
  const place = count[1] ? [Math.floor(at / count[1]), at % count[1]] : [0, 0];
  if (count[0] && count[1]) {
    for (let j = 0; j < axes[0].size; j++) {
      for (let k = 0; k < axes[1].size; k++) {
        const y = place[0] * axes[0].stride + j * axes[0].dilation;
        const x = place[1] * axes[1].stride + k * axes[1].dilation;
        box(x, y, 1, 1, colours.window);
      }
    }
  }
  const out = Math.min(cell, SIDE_PX / Math.max(...count, 1));
  const right = SIDE_PX + 14;
  for (let row = 0; row < count[0]; row++) {
    for (let column = 0; column < count[1]; column++) {
      const done = row * count[1] + column;
      pen.fillStyle = done === at ? colours.window : done < at ? colours.done : colours.pixel;
      pen.fillRect(right + column * out, row * out, out - 0.5, out - 0.5);
    }
  }
}
