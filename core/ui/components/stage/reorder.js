// Layers that are dragged to another place.

const DRAG_PX = 12;

// A layer's head can be dragged to another place among its neighbours.
export function dragged(view, node, head) {
  head.onpointerdown = (down) => {
    node.dragged = false;
    if (view.data.locked || node.id === "" || down.button) return;
    const move = (event) => {
      if (Math.abs(event.clientX - down.clientX) > DRAG_PX) node.dragged = true;
      node.element.style.translate = node.dragged ? `${event.clientX - down.clientX}px 0` : "";
    };
    const up = (event) => {
      head.removeEventListener("pointermove", move);
      head.removeEventListener("pointerup", up);
      head.removeEventListener("pointercancel", up);
      node.element.style.translate = "";
      if (!node.dragged || event.type === "pointercancel") return;
      const by = droppedBy(view, node, event.clientX - down.clientX);
      if (by) view.act("move", { identity: node.identity, by });
    };
    if (down.pointerType === "touch") return; // that scrolls
    head.setPointerCapture(down.pointerId);
    head.addEventListener("pointermove", move);
    head.addEventListener("pointerup", up);
    head.addEventListener("pointercancel", up);
  };
}

// How many places further a layer comes among those of its own sequence, when it was dragged by so many px.
function droppedBy({ nodes, pitch }, node, px) {
  const siblings = nodes.filter((one) => one.id && prefixOf(one.id) === prefixOf(node.id));
  const [own, target] = [siblings.indexOf(node), node.x + px];
  const passed = siblings.filter((one) => one !== node && one.x !== null);
  const before = passed.filter((one) => one.x < target + (px > 0 ? pitch / 2 : -pitch / 2)).length;
  return before - own;
}

const prefixOf = (id) => id.split(".").slice(0, -1).join(".");
