// The drawing of the network: a click, or Enter, selects a layer. The SVG comes from core.views.diagram, which
// escapes every word in it.

export default function ({ parentElement, data, setTriggerValue }) {
  const frame = parentElement.querySelector(".network");
  const size = parentElement.querySelector(".size");
  if (frame.dataset.svg !== data.svg) {
    frame.innerHTML = data.svg;
    frame.dataset.svg = data.svg;
  }
  for (const layer of frame.querySelectorAll("g[data-path]")) {
    layer.onclick = () => setTriggerValue("selected", layer.dataset.path);
    layer.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      layer.onclick();
    };
  }
  const hint = () => hinted(frame, size);
  size.onclick = () => {
    frame.classList.toggle("whole");
    hint();
  };
  frame.onscroll = hint;
  const observer = new ResizeObserver(hint);
  observer.observe(frame);
  hint();
  return () => observer.disconnect();
}

// Shows where the drawing goes on beyond its frame, and the button that fits it into it.
function hinted(frame, size) {
  const beyond = frame.scrollWidth - frame.clientWidth;
  const whole = frame.classList.contains("whole");
  frame.classList.toggle("before", frame.scrollLeft > 1);
  frame.classList.toggle("beyond", frame.scrollLeft < beyond - 1);
  size.hidden = !whole && beyond < 2;
  size.textContent = whole ? "Full size" : "Fit to width";
}
