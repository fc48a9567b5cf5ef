"""The one adapter to the drawing of feature maps: hovering happens in the browser, a click comes here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from core.network import Path
from core.views.maps import Spec


class Unit(NamedTuple):
    """One number of a layer's output: the (row, column) of a map; of a vector, `map` is the unit and the rest is 0."""

    path: Path
    map: int
    row: int
    column: int


_CSS = """
.maps { display: flex; gap: 24px; align-items: flex-start; color: var(--st-text-color); font-family: var(--st-font); font-size: 14px; }
.maps aside { position: sticky; top: 4.25rem; flex: 0 0 232px; display: flex; flex-direction: column; gap: 10px; }
.maps .layers { flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; gap: 18px; }
.maps .pictures { display: flex; flex-direction: column; gap: 10px; }
.maps figure { margin: 0; }
.maps figcaption, .maps .note { font-size: 13px; opacity: .8; }
.maps .said { min-height: 6.6em; font-size: 13px; line-height: 1.45; }
.maps canvas { image-rendering: pixelated; display: block; border-radius: 2px; }
.maps .grid { position: relative; cursor: crosshair; touch-action: manipulation; }
.maps .grid canvas + canvas { position: absolute; left: 0; top: 0; pointer-events: none; }
.maps .grid:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 3px; }
.maps .head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; margin-bottom: 6px; }
.maps button {
  font: inherit; font-size: 13px; color: var(--st-text-color); background: none; padding: 2px 10px;
  border: 1px solid var(--st-border-color); border-radius: .5rem; cursor: pointer;
}
.maps button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.maps button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.maps .head button { border: 0; padding: 0; font-size: 14px; font-weight: 600; text-align: left; }
.maps .bar { width: 96px; height: 8px; border-radius: 3px; }
.maps .scale { display: flex; gap: 6px; align-items: center; font-size: 12px; opacity: .8; }
.maps .buttons { display: flex; gap: 6px; flex-wrap: wrap; }
@media (max-width: 700px) {
  .maps { flex-direction: column; gap: 12px; }
  .maps aside { top: 3.5rem; flex: none; width: 100%; z-index: 2; background: var(--st-background-color); padding: 6px 0; }
  .maps .pictures { flex-direction: row; }
  .maps .said { min-height: 4.4em; }
}
"""

_HTML = """
<div class="maps">
  <aside>
    <div class="pictures">
      <figure><div class="grid seen"><canvas></canvas><canvas></canvas></div><figcaption>the image: what it sees</figcaption></figure>
      <figure><div class="grid large"><canvas></canvas><canvas></canvas></div><figcaption></figcaption></figure>
    </div>
    <div class="said" aria-live="polite"></div>
    <div class="buttons">
      <button type="button" class="play">Play</button><button type="button" class="step">Step</button>
      <button type="button" class="explain">Explain this number</button>
    </div>
  </aside>
  <div class="layers"></div>
</div>
"""

# All words from the server go into textContent or attributes, never into HTML.
_JS = r"""
const FRAME = '#22d3ee', GAP = 8, STEP_MS = 120;

function decoded(stage) {
  const raw = Uint8Array.from(atob(stage.values), (letter) => letter.charCodeAt(0));
  return new Uint16Array(raw.buffer);
}

function palette(colours) {
  const stops = colours.map((one) => [1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16)));
  const table = new Uint8Array(256 * 3);
  for (let n = 0; n < 256; n++) {
    const at = (n / 255) * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2), part = at - low;
    for (let k = 0; k < 3; k++) table[n * 3 + k] = Math.round(stops[low][k] * (1 - part) + stops[low + 1][k] * part);
  }
  return table;
}

function painted(stage, map) {
  const canvas = document.createElement('canvas');
  canvas.width = stage.columns; canvas.height = stage.rows;
  const context = canvas.getContext('2d'), pixels = context.createImageData(stage.columns, stage.rows);
  const size = stage.rows * stage.columns;
  for (let at = 0; at < size; at++) {
    for (let k = 0; k < 3; k++) {
      const level = (n) => stage.levels[n * size + at] >> 8;
      pixels.data[at * 4 + k] = map === 'rgb' ? level(k) : stage.table[level(map) * 3 + k];
    }
    pixels.data[at * 4 + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

const valueOf = (stage, unit) => {
  const level = stage.levels[(unit.map * stage.rows + unit.row) * stage.columns + unit.column];
  return stage.low + (level / 65535) * (stage.high - stage.low);
};

function boxOf(spans, row, column) {
  if (!spans) return null;
  if (spans.boxes) return spans.boxes[row * spans.width + column] || spans.boxes[0];
  const down = spans.rows[Math.min(row, spans.rows.length - 1)];
  const across = spans.columns[Math.min(column, spans.columns.length - 1)];
  return [down[0], across[0], down[1], across[1]];
}

// What a unit reads of a layer below: [map, or [first map, map after the last], or 'all', and the box].
function readBy(window_, unit) {
  if (window_.flattened) {
    const [, wide, deep] = window_.flattened;
    const row = Math.floor(unit.map / (deep * wide)), column = Math.floor(unit.map / deep) % wide;
    return [unit.map % deep, [row, column, row + 1, column + 1]];
  }
  return [window_.maps === 'all' ? 'all' : window_.maps[unit.map], boxOf(window_, unit.row, unit.column)];
}

function frame(context, x, y, box, cell) {
  if (!box || box[2] <= box[0] || box[3] <= box[1]) return;
  const place = [x + box[1] * cell, y + box[0] * cell, (box[3] - box[1]) * cell, (box[2] - box[0]) * cell];
  context.lineWidth = 4; context.strokeStyle = 'rgba(0,0,0,.65)'; context.strokeRect(...place);
  context.lineWidth = 2; context.strokeStyle = FRAME; context.strokeRect(...place);
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.maps');
  const find = (name) => root.querySelector(name);
  const own = root.own || (root.own = { unit: null, playing: false });
  // What is drawn now takes the place of what was drawn before: its observer and its timer would go on with old numbers.
  own.rest?.();
  const stages = data.stages.map((stage) => ({ ...stage, levels: decoded(stage), table: palette(stage.colours) }));
  const image = stages[0], byId = new Map(stages.map((stage) => [stage.id, stage]));
  const layers = stages.slice(1);
  for (const stage of layers) {
    for (const spans of [stage.field, ...stage.reads]) if (spans && spans.boxes) spans.width = stage.columns;
  }

  // The layers, one section each; sections are kept from one run of the page to the next.
  const list = find('.layers');
  while (list.children.length > layers.length) list.lastChild.remove();
  layers.forEach((stage, number) => {
    let section = list.children[number];
    if (!section) {
      section = document.createElement('section');
      section.innerHTML = '<div class="head"><button type="button"></button><span class="shape"></span>' +
        '<span class="scale"><span></span><span class="bar"></span><span></span></span></div>' +
        '<div class="grid" tabindex="0" role="img"><canvas></canvas><canvas></canvas></div><div class="note"></div>';
      list.append(section);
    }
    const part = (name) => section.querySelector(name);
    const title = part('.head button');
    title.textContent = stage.title;
    title.title = data.single ? 'Back to the whole network' : 'Only this layer, larger';
    title.onclick = () => setTriggerValue('layer', data.single ? 'all' : stage.id);
    part('.shape').textContent = stage.shape;
    const [low, bar, high] = part('.scale').children;
    low.textContent = stage.low.toPrecision(3); high.textContent = stage.high.toPrecision(3);
    bar.style.background = `linear-gradient(to right, ${stage.colours.join(',')})`;
    const left = stage.channels - stage.maps;
    const more = left ? ` The first ${stage.maps} of ${stage.channels} ${stage.vector ? 'units' : 'maps'} are drawn.` : '';
    part('.note').textContent = stage.note + more;
    stage.grid = part('.grid');
    stage.grid.dataset.layer = stage.id;
    stage.grid.setAttribute('aria-label',
      `${stage.vector ? stage.channels + ' units' : stage.channels + ' feature maps'} of ${stage.title}. ${stage.note} ` +
      'Arrow keys move from number to number, Enter explains.');
    stage.tiles = Array.from({ length: stage.maps }, (_, map) => painted(stage, map));
  });

  const aim = data.single ? 168 : 84;
  function laidOut(stage) {
    const longest = Math.max(stage.rows, stage.columns);
    stage.cell = stage.vector ? (stage.names ? 30 : 11) : Math.max(2, Math.round(aim / longest));
    const gap = stage.vector && !stage.names ? 1 : GAP, under = stage.vector && !stage.names ? 0 : 15;
    stage.across = stage.columns * stage.cell + gap; stage.down = stage.rows * stage.cell + gap + under;
    const room = stage.grid.parentElement.clientWidth || 320;
    stage.perRow = Math.max(1, Math.floor((room + gap) / stage.across));
    if (stage.vector && !stage.names) stage.perRow = Math.min(stage.perRow, 40);
    else stage.perRow = Math.ceil(stage.maps / Math.ceil(stage.maps / stage.perRow));  // rows of one length
    const wide = Math.min(stage.perRow, stage.maps) * stage.across;
    const high = Math.ceil(stage.maps / stage.perRow) * stage.down;
    const dense = window.devicePixelRatio || 1;
    stage.dense = dense;
    const [base, over] = stage.grid.children;
    for (const canvas of [base, over]) {
      canvas.width = Math.ceil(wide * dense); canvas.height = Math.ceil(high * dense);
      canvas.style.width = wide + 'px'; canvas.style.height = high + 'px';
    }
    stage.grid.style.width = wide + 'px';
    const context = base.getContext('2d');
    context.scale(dense, dense);
    context.imageSmoothingEnabled = false;
    const style = getComputedStyle(root);
    context.fillStyle = style.color; context.font = '11px ' + style.fontFamily; context.textAlign = 'center';
    stage.tiles.forEach((tile, map) => {
      const [x, y] = corner(stage, map);
      context.drawImage(tile, x, y, stage.columns * stage.cell, stage.rows * stage.cell);
      if (under) context.fillText(stage.names ? stage.names[map] : String(map + 1), x + (stage.columns * stage.cell) / 2, y + stage.rows * stage.cell + 11);
    });
  }
  const corner = (stage, map) => [(map % stage.perRow) * stage.across, Math.floor(map / stage.perRow) * stage.down];

  function picture(grid, tile, wide) {
    const cell = Math.max(1, Math.floor(wide / Math.max(tile.width, tile.height)));
    for (const canvas of grid.children) { canvas.width = tile.width * cell; canvas.height = tile.height * cell; }
    grid.style.width = tile.width * cell + 'px';
    const context = grid.children[0].getContext('2d');
    context.imageSmoothingEnabled = false;
    context.drawImage(tile, 0, 0, tile.width * cell, tile.height * cell);
    return cell;
  }

  const seen = find('.seen'), large = find('.large');
  const side = () => (window.matchMedia('(max-width: 700px)').matches ? 140 : 224);
  image.cell = picture(seen, painted(image, image.channels === 3 ? 'rgb' : 0), side());
  layers.forEach(laidOut);

  function cleared() {
    for (const stage of layers) {
      const over = stage.grid.children[1], context = over.getContext('2d');
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, over.width, over.height);
      context.scale(stage.dense, stage.dense);
    }
    seen.children[1].getContext('2d').clearRect(0, 0, seen.children[1].width, seen.children[1].height);
  }

  function shown() {
    const unit = own.unit, stage = unit && byId.get(unit.id);
    if (!stage || stage === image || unit.map >= stage.maps || unit.row >= stage.rows || unit.column >= stage.columns) {
      own.unit = null;
      const first = layers.find((one) => !one.vector) || layers[0];
      if (!first) return;
      own.unit = { id: first.id, map: 0, row: Math.floor(first.rows / 2), column: Math.floor(first.columns / 2) };
      return shown();
    }
    cleared();
    const context = stage.grid.children[1].getContext('2d');
    frame(context, ...corner(stage, unit.map), [unit.row, unit.column, unit.row + 1, unit.column + 1], stage.cell);
    for (const window_ of stage.reads) {
      const lower = byId.get(window_.id);
      if (!lower || lower === image) continue;
      const [which, box] = readBy(window_, unit);
      const target = lower.grid.children[1].getContext('2d');
      for (let map = 0; map < lower.maps; map++) {
        if (which === 'all' || which === map || (which[0] <= map && map < which[1])) frame(target, ...corner(lower, map), lower.vector ? [0, 0, 1, 1] : box, lower.cell);
      }
    }
    const box = boxOf(stage.field, unit.row, unit.column) || [0, 0, image.rows, image.columns];
    frame(seen.children[1].getContext('2d'), 0, 0, box, image.cell);
    const noun = stage.vector ? (stage.names ? `“${stage.names[unit.map]}”` : `unit ${unit.map + 1}`) : `map ${unit.map + 1}`;
    large.parentElement.hidden = stage.vector;
    if (!stage.vector) {
      const cell = picture(large, stage.tiles[unit.map], side());
      frame(large.children[1].getContext('2d'), 0, 0, [unit.row, unit.column, unit.row + 1, unit.column + 1], cell);
      large.parentElement.querySelector('figcaption').textContent = `${noun} of layer ${stage.title.split(' ')[0]}`;
    }
    const where = stage.vector ? '' : `, row ${unit.row + 1}, column ${unit.column + 1}`;
    const all = box[0] === 0 && box[1] === 0 && box[2] === image.rows && box[3] === image.columns;
    const sees = box[2] <= box[0] ? 'It sees nothing but padding.' : all ? 'It sees the whole image.' :
      `It sees rows ${box[0] + 1} to ${box[2]} and columns ${box[1] + 1} to ${box[3]} of the image.`;
    find('.said').textContent = `${stage.title}: ${noun}${where} is ${valueOf(stage, unit).toPrecision(4)}. ${sees}`;
    root.dataset.unit = [unit.id, unit.map, unit.row, unit.column].join('|');
    root.dataset.box = box.join(',');
  }

  function aimed(stage, event) {
    const bounds = stage.grid.getBoundingClientRect();
    const x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    const map = Math.floor(y / stage.down) * stage.perRow + Math.floor(x / stage.across);
    const row = Math.floor((y % stage.down) / stage.cell), column = Math.floor((x % stage.across) / stage.cell);
    if (x < 0 || y < 0 || Math.floor(x / stage.across) >= stage.perRow) return null;
    if (map >= stage.maps || row >= stage.rows || column >= stage.columns) return null;
    return { id: stage.id, map, row, column };
  }
  let timer = null;
  function play(on) {
    own.playing = on;
    clearInterval(timer);
    timer = on ? setInterval(step, STEP_MS) : null;
    find('.play').textContent = on ? 'Pause' : 'Play';
  }
  const rest = () => play(false);
  const explain = () => { if (own.unit) setTriggerValue('unit', [own.unit.id, own.unit.map, own.unit.row, own.unit.column].join('|')); };
  for (const stage of layers) {
    stage.grid.onpointermove = (event) => {
      const unit = aimed(stage, event);
      if (!unit || own.playing) return;
      own.unit = unit; shown();
    };
    stage.grid.onclick = (event) => {
      const unit = aimed(stage, event);
      if (!unit) return;
      rest(); own.unit = unit; shown(); explain();
    };
    stage.grid.onkeydown = (event) => {
      if (event.key === 'Enter') { explain(); return; }
      const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!move) return;
      event.preventDefault();
      if (!own.unit || own.unit.id !== stage.id) own.unit = { id: stage.id, map: 0, row: 0, column: 0 };
      else if (stage.vector) own.unit.map = (own.unit.map + move[1] + move[0] * stage.perRow + stage.maps) % stage.maps;
      else {
        own.unit.row = (own.unit.row + move[0] + stage.rows) % stage.rows;
        own.unit.column = (own.unit.column + move[1] + stage.columns) % stage.columns;
      }
      shown();
    };
  }
  const step = () => {
    const unit = own.unit, stage = unit && byId.get(unit.id);
    if (!stage) return;
    if (stage.vector) unit.map = (unit.map + 1) % stage.maps;
    else if (++unit.column >= stage.columns) { unit.column = 0; unit.row = (unit.row + 1) % stage.rows; }
    shown();
  };
  find('.play').onclick = () => play(!own.playing);
  find('.step').onclick = () => { rest(); step(); };
  find('.explain').onclick = explain;

  let wide = list.clientWidth;
  const observer = new ResizeObserver(() => {
    if (list.clientWidth === wide) return;
    wide = list.clientWidth;
    image.cell = picture(seen, painted(image, image.channels === 3 ? 'rgb' : 0), side());
    layers.forEach(laidOut); shown();
  });
  observer.observe(list);
  shown();
  play(own.playing);
  own.rest = () => { observer.disconnect(); clearInterval(timer); };
  return own.rest;
}
"""


@lru_cache(maxsize=1)
def _component():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_maps", html=_HTML, css=_CSS, js=_JS)


def drawn_maps(
    data: Spec, key: str, choose: Callable[[Unit], None], open_layer: Callable[[Path | None], None]
) -> None:
    """Draw the maps of `core.views.maps.maps_data`.

    Args:
        data: what to draw.
        key: of the component, unique on the page.
        choose: receives the unit whose number is to be explained.
        open_layer: receives the layer to be shown alone, or None for the whole network again.
    """
    stages = {stage["id"]: stage for stage in data["stages"][1:]}

    def chosen() -> None:
        unit = read_unit(st.session_state[key].get("unit"))
        stage = stages.get(".".join(map(str, unit.path))) if unit else None
        if stage and unit.map < stage["maps"] and unit.row < stage["rows"] and unit.column < stage["columns"]:
            choose(unit)

    def opened() -> None:
        asked = st.session_state[key].get("layer")
        if asked == "all":
            open_layer(None)
        elif isinstance(asked, str) and asked in stages:
            open_layer(tuple(map(int, asked.split("."))))

    _component()(data=data, key=key, on_unit_change=chosen, on_layer_change=opened)


_UNIT = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,12})\|(\d{1,6})\|(\d{1,5})\|(\d{1,5})", re.ASCII)


def read_unit(text: object) -> Unit | None:
    """`2.0.1|5|3|4` → the unit; whatever else a browser may send → None."""
    found = _UNIT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    return Unit(tuple(map(int, found[1].split("."))), int(found[2]), int(found[3]), int(found[4]))
