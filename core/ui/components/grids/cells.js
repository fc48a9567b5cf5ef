// The cells of all grids as elements. They are kept where the sizes stay, and with them the keyboard's focus.
// Words go into textContent and attributes, never into HTML.

import { palette } from "../units.js";
import { nameOf } from "./relation.js";
import { long, short } from "./writing.js";

const LONG = 5; // letters from which they are smaller

// Name of a cell → its element. `view` holds the data, the root and `own`, what stays from one drawing to the next.
export function fillBands({ root, own, data }) {
  const shape = JSON.stringify(
    data.bands.map((band) =>
      band.grids.map(({ id, rows, columns, editable, pad }) => [id, rows, columns, editable, pad]),
    ),
  );
  if (own.shape !== shape) {
    own.shape = shape;
    own.cells = new Map();
    root.querySelector(".bands").replaceChildren(...data.bands.map((band) => bandOf(band, own.cells)));
  }
  data.bands.forEach((band, at) => fillBand(band, root.querySelector(".bands").children[at], own));
  return own.cells;
}

const made = (kind, name, children = []) => {
  const element = document.createElement(kind);
  element.className = name;
  element.append(...children);
  return element;
};

function bandOf(band, cells) {
  const figures = made(
    "div",
    "figures",
    band.grids.map((grid) => figureOf(grid, cells)),
  );
  return made("section", "band", [made("h4", ""), figures]);
}

function figureOf(grid, cells) {
  const [before, behind] = grid.pad;
  const box = made("div", "cells");
  box.setAttribute("role", "grid");
  box.style.gridTemplateColumns = `repeat(${grid.columns + before + behind}, max-content)`;
  for (let row = 0 - before; row < grid.rows + behind; row++) {
    const line = made("div", "row");
    line.setAttribute("role", "row");
    for (let column = 0 - before; column < grid.columns + behind; column++) {
      line.append(...cellOf(grid, { grid: grid.id, row, column }, cells));
    }
    box.append(line);
  }
  return made("figure", "", [made("figcaption", ""), made("div", "scroller", [box]), made("div", "under")]);
}

const isInside = (grid, { row, column }) => row >= 0 && column >= 0 && row < grid.rows && column < grid.columns;

function cellOf(grid, cell, cells) {
  const inside = isInside(grid, cell);
  const typed = inside && grid.editable;
  const element = made(typed ? "input" : "div", inside ? "cell" : "cell padding");
  element.dataset.cell = nameOf(cell);
  element.cell = cell;
  cells.set(nameOf(cell), element);
  if (typed) {
    Object.assign(element, { type: "text", autocomplete: "off", spellcheck: false, enterKeyHint: "done" });
    const holder = made("div", "row", [element]);
    holder.setAttribute("role", "gridcell");
    return [holder];
  }
  element.setAttribute("role", "gridcell");
  if (!inside) {
    element.textContent = "0";
    element.setAttribute("aria-label", "padding: 0");
  }
  return [element];
}

function fillBand(band, section, own) {
  const [title, figures] = section.children;
  title.textContent = band.title;
  title.hidden = !band.title;
  band.grids.forEach((grid, at) => {
    const [caption, scroller, under] = figures.children[at].children;
    caption.textContent = grid.title;
    under.textContent = grid.under;
    scroller.firstElementChild.setAttribute("aria-label", `${grid.title}, ${grid.rows} × ${grid.columns}`);
    const colours = palette(grid.colours);
    for (let row = 0; row < grid.rows; row++) {
      for (let column = 0; column < grid.columns; column++)
        fillCell(grid, { grid: grid.id, row, column }, own, colours);
    }
  });
}

export function fillCell(grid, cell, own, colours = palette(grid.colours)) {
  const name = nameOf(cell);
  const element = own.cells.get(name);
  const value = own.pending.get(name) ?? grid.values[cell.row][cell.column];
  element.number = value;
  const text = short(value);
  if (!grid.editable) element.textContent = text;
  else if (element !== element.getRootNode().activeElement || !own.typing) element.value = text;
  element.classList.toggle("long", text.length >= LONG);
  const kind = grid.marks[`${cell.row},${cell.column}`];
  for (const one of ["tied", "unread"]) element.classList.toggle(one, kind === one);
  const words = kind ? `, ${kind === "tied" ? "a tie" : "in no window"}` : "";
  const place = grid.rows * grid.columns > 1 ? `, row ${cell.row + 1}, column ${cell.column + 1}` : "";
  element.setAttribute("aria-label", `${grid.noun}${place}: ${long(value)}${words}`);
  element.title = grid.editable ? `${long(value)}: type another number` : long(value);
  Object.assign(element.style, colouredBy(colours, value, grid.limit));
}

// Ground and ink of a number between −limit and limit.
function colouredBy(colours, value, limit) {
  const level = Math.round(((Math.max(-1, Math.min(1, value / limit)) + 1) / 2) * 255);
  const [red, green, blue] = colours.slice(level * 3, level * 3 + 3);
  const linear = [red, green, blue].map((one) => (one / 255) ** 2.2);
  const light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return { backgroundColor: `rgb(${red}, ${green}, ${blue})`, color: light > 0.18 ? "#000000" : "#ffffff" };
}
