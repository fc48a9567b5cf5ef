// The kernel at work: the patch that a number reads, the kernel it is multiplied with, and the product.

import { valueOf } from "../units.js";

// The `most` input maps that say most to one number of a convolution, strongest first:
// [{ map, patch, kernel, sum }], patch and kernel row by row; null stands for padding in a patch.
// `lower` is the stage that it reads, `maps` which of its maps ("all", one, or [first, after the last]).
export function parts(kernels, levels, window, lower, maps, unit, most) {
  const { rows, columns, inputs } = kernels;
  const first = maps === "all" ? 0 : Array.isArray(maps) ? maps[0] : maps;
  const found = [];
  for (let input = 0; input < inputs; input++) {
    if (first + input >= lower.maps) break;
    const [patch, kernel] = [[], []];
    let sum = 0;
    for (let j = 0; j < rows; j++) {
      for (let k = 0; k < columns; k++) {
        const row = unit.row * window.stride[0] - window.before[0] + j * window.dilation[0];
        const column = unit.column * window.stride[1] - window.before[1] + k * window.dilation[1];
        const inside = row >= 0 && row < lower.rows && column >= 0 && column < lower.columns;
        const value = inside ? valueOf(lower, { map: first + input, row, column }) : null;
        const weight = weightOf(kernels, levels, unit.map, input, j, k);
        patch.push(value);
        kernel.push(weight);
        sum += (value ?? 0) * weight;
      }
    }
    found.push({ map: first + input, patch, kernel, sum });
  }
  return found.toSorted((one, other) => Math.abs(other.sum) - Math.abs(one.sum)).slice(0, most);
}

// Levels 0…65,534 stand for −high … high.
export const ZERO = 32767;

export function weightOf(kernels, levels, map, input, row, column) {
  const at = ((map * kernels.inputs + input) * kernels.rows + row) * kernels.columns + column;
  return ((levels[at] - ZERO) / ZERO) * kernels.high;
}
