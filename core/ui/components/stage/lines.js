// The links between the layers.

import { BETWEEN } from "./layout.js";

// As curves from layer to layer; one into or out of the fold leads to its edge.
export function drawLines(view) {
  const { root, nodes, nodeOf, data } = view;
  const lines = root.querySelector(".lines");
  const vias = new Map(data.plan.bypasses.map((one) => [`${one.join}/${one.id}`, one]));
  const paths = [];
  const middle = view.high / 2;
  const foldAt = view.hidden ? Number(root.querySelector(".fold").style.left.replace("px", "")) : 0;
  for (const node of nodes) {
    node.reads.forEach((id, number) => {
      const source = nodeOf.get(id);
      if (!source || (node.x === null && source.x === null)) return;
      const from = source.x === null ? [foldAt + view.pitch - BETWEEN, middle] : [source.right, source.middle];
      const to = node.x === null ? [foldAt, middle] : [node.left - 2, node.middle];
      const via = vias.get(`${node.id}/${node.id}.${number}`);
      if (via && node.x !== null && source.x !== null) {
        const y = via.middle * view.high;
        const [out, back] = [from[0] + view.pitch / 2, to[0] - view.pitch / 2];
        paths.push(`${curve(from, [out, y])} L${back},${y} ${curve([back, y], to)}`);
      } else paths.push(curve(from, to));
    });
  }
  const text = paths.join(" ");
  lines.setAttribute("width", root.querySelector(".field").style.width);
  lines.setAttribute("height", view.high);
  if (lines.dataset.drawn === text) return;
  lines.dataset.drawn = text;
  let path = lines.firstElementChild;
  if (!path) {
    path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    lines.append(path);
  }
  path.setAttribute("d", text);
}

function curve([x1, y1], [x2, y2]) {
  const bend = (x1 + x2) / 2;
  return `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
}
