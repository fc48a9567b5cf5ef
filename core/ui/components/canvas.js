// Fits the page's canvases to a narrow window, and keeps their tools in sight where nothing can hover over them.
//
// A canvas is another package's component with a style and a size of its own. Scaled by a transform, it still knows
// where it is touched, and its strokes keep their coordinates. Canvases come and go, so the page is watched; so are
// what is in a canvas' shadow, which fills when the page has long come to rest, and the room that a canvas is given.

const NARROW = 640; // px of the window, at which Streamlit puts columns below each other
const SIDE = 280; // px, as in core/ui/widgets/canvas.py
const MOST = 1.5; // times as large: higher than wide windows leave no room for the answer
const PLACE = '[class*="st-key-replaced-canvas"]';
const IN_SIGHT = "@media (hover: none) { .dc-root > .dc-toolbar.dc-toolbar { opacity: 1; top: -2.65rem; } }";

const changes = new MutationObserver(fitAll);
const rooms = new ResizeObserver(fitAll);

export default function () {
  if (window.receptiveCanvases) return;
  window.receptiveCanvases = true;
  changes.observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", fitAll);
  fitAll();
}

function fitAll() {
  document.querySelectorAll(PLACE).forEach(fit);
}

function fit(place) {
  const hosts = [...place.querySelectorAll("*")].filter((one) => one.shadowRoot);
  const host = hosts[0];
  if (!host) return;
  if (!host.shadowRoot.querySelector("style.in-sight")) {
    const style = document.createElement("style");
    style.className = "in-sight";
    style.textContent = IN_SIGHT;
    host.shadowRoot.append(style);
    changes.observe(host.shadowRoot, { childList: true, subtree: true });
    rooms.observe(place.parentElement);
  }
  const room = place.parentElement.clientWidth;
  const scale = innerWidth <= NARROW ? Math.max(1, Math.min(room / sideOf(hosts), MOST)) : 1;
  place.style.setProperty("--canvas-scale", scale);
}

// px of the canvas; where it is gone and the next one not there yet, as that one will be: nothing moves meanwhile.
function sideOf(hosts) {
  return Math.max(...hosts.map((one) => one.shadowRoot.querySelector("canvas")?.offsetWidth ?? 0)) || SIDE;
}
