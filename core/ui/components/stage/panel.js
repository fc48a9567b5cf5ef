// The small panel in which a layer is edited, or one is added: it opens beside what was pressed, and stays while the
// network learns. A field that somebody is in is left alone.

import { counted } from "../words.js";
import { windowBoard, windowSum } from "./window.js";

const WIDE = 264; // px
const MOST_HIGH = 460; // px
const LEAST_HIGH = 140; // px; below this it cannot be used
const GAP = 4; // px from what was pressed, and from the window's edge
const HEADER = 60; // px of the page's own header

export function openPanel(view, node) {
  view.own.panel = { identity: node.identity, opener: node.element.querySelector(".head"), fresh: true };
  refreshPanel(view);
}

export function openChoice(view, opener, where) {
  view.own.panel = { where, opener, fresh: true };
  refreshPanel(view);
}

// Draws what is open, or closes it where its layer has gone.
export function refreshPanel(view) {
  const { root, own, nodes } = view;
  const panel = root.querySelector(".panel");
  const node = own.panel?.where ? null : nodes.find((one) => one.identity === own.panel?.identity);
  if (own.panel && !own.panel.where && (!node || node.x === null)) own.panel = null;
  own.board?.();
  own.board = null;
  panel.hidden = !own.panel;
  for (const one of nodes) {
    const open = Boolean(own.panel) && !own.panel.where && one.identity === own.panel.identity;
    one.element.querySelector(".head").setAttribute("aria-expanded", String(open));
  }
  if (!own.panel) {
    delete panel.dataset.signature; // so that it is filled when it opens again
    return panel.replaceChildren();
  }
  if (own.panel.where) fillChoice(view, panel);
  else fillSettings(view, panel, node);
  putPanel(view, panel);
  if (own.panel.fresh) {
    const field = panel.querySelector("input:enabled, select:enabled") ?? panel.querySelector("button");
    const first = own.touched ? panel : field; // in a field, a phone would open its keyboard over the panel
    first.focus({ preventScroll: true });
  }
  own.panel.fresh = false;
}

// Below what was pressed, or above it where the window has more room there; as high as that room at most. The side is
// chosen when it opens, so that it does not jump while somebody is in it.
function putPanel({ root, own }, panel) {
  const { opener } = own.panel;
  const [box, at] = [root.getBoundingClientRect(), opener.getBoundingClientRect()];
  const left = Math.max(0, Math.min(at.left - box.left, root.clientWidth - WIDE));
  panel.style.left = `${left}px`;
  panel.style.width = `${Math.min(WIDE, root.clientWidth)}px`;
  if (own.panel.fresh) {
    panel.style.maxHeight = `${MOST_HIGH}px`;
    const room = roomAround(at, window.innerHeight);
    own.panel.above = panel.offsetHeight > room.below && room.above > room.below;
    const most = Math.max(LEAST_HIGH, own.panel.above ? room.above : room.below);
    panel.style.maxHeight = `${Math.min(MOST_HIGH, most)}px`;
    panel.scrollTop = 0;
  }
  const { above } = own.panel;
  panel.style.top = above ? "auto" : `${Math.max(0, at.bottom - box.top + GAP)}px`;
  panel.style.bottom = above ? `${box.bottom - at.top + GAP}px` : "auto";
}

// px above and below something, within the window and below the page's header.
const roomAround = ({ top, bottom }, high) => ({ above: top - HEADER - 2 * GAP, below: high - bottom - 2 * GAP });

function element(name, words = "", more = {}) {
  const made = document.createElement(name);
  made.textContent = words;
  return Object.assign(made, more);
}

function shut(view) {
  const { opener } = view.own.panel;
  view.own.panel = null;
  refreshPanel(view);
  opener.focus({ preventScroll: true });
}

function titled(view, panel, words) {
  const row = element("div", "", { className: "row title" });
  row.append(
    element("strong", words),
    button("Close", "×", () => shut(view)),
  );
  panel.append(row);
}

function button(label, words, act, disabled = false) {
  const made = element("button", words, { type: "button", title: label, disabled, onclick: act });
  made.setAttribute("aria-label", label);
  return made;
}

// ---- Settings of a layer

function fillSettings(view, panel, node) {
  const { data, act } = view;
  const signature = JSON.stringify([
    node.identity,
    node.settings,
    node.slides,
    node.problem,
    data.problem,
    data.locked,
  ]);
  if (panel.dataset.signature !== signature) {
    const active = panel.getRootNode().activeElement;
    const inField = active && panel.contains(active) ? active.name : null;
    panel.dataset.signature = signature;
    panel.replaceChildren();
    panel.setAttribute("aria-label", `Settings of ${node.label} ${node.name}`);
    titled(view, panel, `${node.label} ${node.kind || "Join"}`);
    if (node.problem || data.problem)
      panel.append(element("p", data.problem || node.problem, { className: "wrong" }));
    const form = element("div", "", { className: "fields" });
    for (const setting of node.settings) form.append(fieldOf(view, node, setting));
    panel.append(form);
    if (node.slides) {
      const sum = element("div", "", { className: "sum" });
      panel.append(element("canvas", "", { className: "window" }), sum);
    }
    const facts = node.parameters ? counted(node.parameters, "parameter") : "no parameters";
    panel.append(element("div", facts, { className: "facts" }));
    if (!data.locked) {
      const row = element("div", "", { className: "row" });
      const move = (by) => () => act("move", { identity: node.identity, by });
      row.append(
        button("Move to the left", "←", move(-1), node.first),
        button("Move to the right", "→", move(1), node.last),
        button("Add a layer after it", "+ after", () => openAfter(view, node)),
        button("Delete this layer", "Delete", () => act("remove", { identity: node.identity })),
      );
      panel.append(row);
    }
    if (inField) panel.querySelector(`[name="${inField}"]`)?.focus({ preventScroll: true });
  }
  showWindow(view, panel, node);
}

const openAfter = (view, node) => openChoice(view, view.own.panel.opener, { after: node.identity });

function fieldOf(view, node, setting) {
  const label = element("label", setting.label, { title: setting.help });
  const field = inputOf(view, setting);
  field.name = setting.name;
  field.disabled = view.data.locked;
  const read = () => {
    if (setting.kind === "flag") return field.checked;
    return setting.kind === "number" ? (field.value === "" ? null : Number(field.value)) : field.value;
  };
  field.onchange = () => {
    const value = read();
    if (value !== null) view.act("set", { identity: node.identity, name: setting.name, value });
  };
  field.oninput = () => showWindow(view, field.closest(".panel"), node);
  label.append(field);
  return label;
}

function inputOf(view, setting) {
  if (setting.kind === "choice") {
    const select = element("select");
    for (const option of setting.options) select.append(element("option", option, { value: option }));
    select.value = setting.value;
    return select;
  }
  const input = element("input");
  if (setting.kind === "flag") return Object.assign(input, { type: "checkbox", checked: setting.value });
  if (setting.kind === "number") {
    return Object.assign(input, {
      type: "number",
      min: setting.least,
      max: setting.most,
      step: setting.step,
      value: String(setting.value),
    });
  }
  return Object.assign(input, { type: "text", value: setting.value, autocomplete: "off", inputMode: "text" });
}

// "5×5", "5x3" or "5" → [5, 5], [5, 3]; null where it is something else.
export function pairOf(text) {
  const found = /^\s*(\d{1,3})(?:\s*[x×,]\s*(\d{1,3}))?\s*$/.exec(text);
  return found ? [Number(found[1]), Number(found[2] ?? found[1])] : null;
}

// The board of the sliding window, of what stands in the fields now.
function showWindow(view, panel, node) {
  const canvas = panel.querySelector("canvas.window");
  if (!canvas) return;
  const value = (name) => panel.querySelector(`[name="${name}"]`)?.value;
  const size = pairOf(value(node.slides.size) ?? "");
  const strides = pairOf(value("strides") ?? "") ?? (node.slides.size === "pool_size" ? size : [1, 1]);
  const dilation = pairOf(value("dilation_rate") ?? "") ?? [1, 1];
  view.own.board?.();
  view.own.board = null;
  const sum = panel.querySelector(".sum");
  if (!size || [...size, ...strides, ...dilation].some((n) => n < 1)) {
    sum.textContent = "A size such as 5×5.";
    return;
  }
  const padding = value("padding") ?? "valid";
  const axes = node.slides.n.map((n, side) => ({
    n,
    size: size[side],
    stride: strides[side],
    dilation: dilation[side],
    padding,
  }));
  const style = getComputedStyle(view.root);
  const accent = style.getPropertyValue("--st-primary-color") || "#4F46E5";
  const colours = {
    pixel: "#94a3b855",
    padding: "#94a3b81c",
    window: accent,
    done: `color-mix(in srgb, ${accent} 45%, transparent)`,
  };
  view.own.board = windowBoard(canvas, axes, colours);
  const sums = axes.map((axis) => windowSum(axis.n, axis.size, axis.stride, axis.dilation, axis.padding));
  sum.textContent = sums[0] === sums[1] ? sums[0] : sums.join("; ");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `The window on the input, and the output that grows: ${sum.textContent}`);
}

// ---- A layer to add

function fillChoice(view, panel) {
  if (panel.dataset.signature === "choice" && !view.own.panel.fresh) return;
  panel.dataset.signature = "choice";
  panel.replaceChildren();
  panel.setAttribute("aria-label", "Add a layer");
  titled(view, panel, "Add a layer");
  for (const [group, kinds] of view.data.kinds) {
    panel.append(element("div", group, { className: "group" }));
    const row = element("div", "", { className: "row wrap" });
    for (const [kind, summary] of kinds) {
      row.append(
        button(`${kind}: ${summary}`, kind, () => {
          const { where } = view.own.panel;
          view.own.panel = null;
          refreshPanel(view);
          view.act("add", { ...where, layer: kind });
        }),
      );
    }
    panel.append(row);
  }
}
