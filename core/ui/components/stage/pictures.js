// How the stage draws: maps, kernels on the links, and the kernel at work on its patch.

import { painted } from "../paint.js";
import { readBy } from "../units.js";
import { MOST_NAMED } from "./layout.js";
import { parts, ZERO } from "./lens.js";

const MOST_THUMB = 22; // px of a kernel on a link
const LENS_CELL = 8; // px
const LEAST_OUTLINED = 9; // px
const NAME_PX = 11; // of its letters
const BESIDE = 6; // px on both sides of a name
const MOST_NAMES = 150; // px
const OUTLINE = "rgba(128,136,152,.55)";

function sizedCanvas(canvas, wide, high) {
  const dense = window.devicePixelRatio || 1;
  const size = [Math.ceil(wide * dense), Math.ceil(high * dense)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.scale(dense, dense);
  pen.imageSmoothingEnabled = false;
  return pen;
}

export const tileAt = (stage, map) => [
  (map % stage.perRow) * stage.across,
  Math.floor(map / stage.perRow) * stage.down,
];

export function drawMaps(view, node) {
  const { stage } = node;
  const [base, over] = stage.grid.children;
  stage.grid.style.width = `${stage.width}px`;
  stage.grid.style.height = `${stage.height}px`;
  stage.grid.dataset.cell = stage.cell;
  const pen = sizedCanvas(base, stage.width, stage.height);
  sizedCanvas(over, stage.width, stage.height);
  const colour = stage.channels === 3 && stage.id === "";
  const style = getComputedStyle(view.root);
  for (let map = 0; map < (colour ? 1 : stage.shown); map++) {
    const [x, y] = tileAt(stage, map);
    const [wide, high] = [stage.columns * stage.cell, stage.rows * stage.cell];
    if (map < stage.maps) pen.drawImage(painted(stage, colour ? "rgb" : map), x, y, wide, high);
    if (Math.min(wide, high) >= LEAST_OUTLINED) {
      pen.strokeStyle = OUTLINE; // what is black stands out from a dark page too
      pen.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1);
    }
  }
  stage.cut = stage.names ? drawNames(pen, stage, style) : new Set();
}

// The names beside the bars of the answer; gives the numbers of those that are shortened.
function drawNames(pen, stage, style) {
  const cut = new Set();
  pen.font = `${Math.min(NAME_PX, stage.down - 2)}px ${style.fontFamily}`;
  pen.fillStyle = style.color;
  pen.textBaseline = "middle";
  for (let map = 0; map < stage.shown; map++) {
    const words = shortened(
      stage.names[map],
      stage.width - stage.cell - BESIDE,
      (text) => pen.measureText(text).width,
    );
    if (words !== stage.names[map]) cut.add(map);
    pen.fillText(words, stage.cell + 4, tileAt(stage, map)[1] + stage.cell / 2);
  }
  return cut;
}

// The words, or as much of their beginning as fits into so many px with an ellipsis. `width` gives the px of a text.
export function shortened(words, room, width) {
  if (width(words) <= room) return words;
  const letters = Array.from(words);
  while (letters.length > 1 && width(`${letters.join("").trimEnd()}…`) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

// The px that a layer's picture needs for its names to stand there whole, as far as that is sensible.
export function widthOfNames(view, { names }) {
  const style = getComputedStyle(view.root);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${NAME_PX}px ${style.fontFamily}`;
  const widest = Math.max(...names.map((name) => pen.measureText(name).width));
  return Math.min(MOST_NAMES, Math.ceil(widest) + MOST_NAMED + BESIDE);
}

// The kernels of a convolution on the link that leads to it: one for each map, the mean over the maps that it reads.
export function drawKernels(view, node) {
  const kernels = view.kernels.get(node.id);
  let canvas = node.element.querySelector(".kernels");
  if (!kernels || !node.stage) return canvas?.remove();
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.className = "kernels";
    node.element.append(canvas);
  }
  const side = Math.max(kernels.rows, kernels.columns);
  const size = Math.min(MOST_THUMB, Math.floor(MOST_THUMB / side) * side || MOST_THUMB);
  const shown = Math.max(1, Math.min(kernels.outputs, Math.floor((node.stage.height + 3) / (size + 3))));
  canvas.style.top = `${node.stage.grid.offsetTop + node.stage.height / 2}px`; // beside its maps
  const pen = sizedCanvas(canvas, size, shown * (size + 3) - 3);
  canvas.title = `Kernels of ${node.label} ${node.name}, each the mean over the maps that it reads: blue below zero, orange above.`;
  for (let map = 0; map < shown; map++) {
    const values = kernels.mean.subarray(map * kernels.rows * kernels.columns);
    drawSigned(pen, view.signed, values, kernels, 0, map * (size + 3), size / side);
  }
}

function drawSigned(pen, table, values, { rows, columns }, x, y, cell) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const level = Math.min(255, Math.round((values[row * columns + column] / (2 * ZERO)) * 255));
      pen.fillStyle = `rgb(${table[level * 3]},${table[level * 3 + 1]},${table[level * 3 + 2]})`;
      pen.fillRect(x + column * cell, y + row * cell, cell, cell);
    }
  }
}

export function drawLens(view, unit) {
  const canvas = view.root.querySelector(".lens");
  const node = unit && view.nodeOf.get(unit.id);
  const kernels = unit && view.kernels.get(unit.id);
  const lower = kernels?.levels.length > 0 && view.byId.get(node.reads[0]);
  canvas.hidden = !lower || !node.window || unit.map >= kernels.outputs;
  if (canvas.hidden) return;
  const [maps] = readBy(node.stage.reads[0], unit, node.stage.columns);
  const cell = Math.max(2, Math.min(LENS_CELL, Math.floor(46 / kernels.rows)));
  const [wide, high] = [kernels.columns * cell, kernels.rows * cell];
  const each = 3 * wide + 40;
  const fit = Math.max(1, Math.floor((canvas.parentElement.clientWidth + 14) / (each + 14)));
  const found = parts(kernels, kernels.levels, node.window, lower, maps, unit, fit);
  const pen = sizedCanvas(canvas, found.length * (each + 14), Math.max(50, high + 14));
  const style = getComputedStyle(view.root);
  pen.font = `11px ${style.fontFamily}`;
  pen.textBaseline = "middle";
  const words = [];
  const table = lower.table;
  found.forEach((one, number) => {
    const left = number * (each + 14);
    one.patch.forEach((value, at) => {
      const level = value === null ? 0 : Math.round(((value - lower.low) / (lower.high - lower.low || 1)) * 255);
      pen.fillStyle = value === null ? "#8884" : `rgb(${[0, 1, 2].map((k) => table[level * 3 + k]).join()})`;
      pen.fillRect(left + (at % kernels.columns) * cell, Math.floor(at / kernels.columns) * cell, cell, cell);
    });
    const signed = (values, most, x) => {
      const levels = values.map((value) => ZERO + (ZERO * value) / (most || 1));
      drawSigned(pen, view.signed, levels, kernels, x, 0, cell);
    };
    signed(one.kernel, kernels.high, left + wide + 16);
    const products = one.kernel.map((weight, at) => weight * (one.patch[at] ?? 0));
    signed(products, Math.max(...products.map(Math.abs)), left + 2 * wide + 32);
    pen.fillStyle = style.color;
    pen.fillText("×", left + wide + 5, high / 2);
    pen.fillText("=", left + 2 * wide + 21, high / 2);
    const of = lower.id ? `map ${one.map + 1}` : lower.maps > 1 ? `channel ${one.map + 1}` : "image";
    pen.fillText(`${of}: ${one.sum.toPrecision(3)}`, left, high + 8);
    words.push(`${of} adds ${one.sum.toPrecision(3)}`);
  });
  const many = kernels.inputs > found.length;
  canvas.title = many ? `The maps that say most to it: ${found.length} of ${kernels.inputs}.` : "";
  canvas.setAttribute(
    "aria-label",
    `The kernel on its patch: patch times kernel gives the products. ${words.join(", ")}.`,
  );
}
