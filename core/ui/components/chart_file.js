// A button that saves a chart of the page as an SVG file with a caption below. Words go into text nodes only. A chart
// that is not there, or not drawn yet, gives nothing.

const EDGE = 16; // px around the chart
const LINE = 18; // px from one line of the caption to the next
const LETTER = 6.6; // px, the mean width of a letter
const LEAST = 420; // px of width for the caption
const FONT = { "font-family": "'Segoe UI', Helvetica, Arial, sans-serif", "font-size": 13 };
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.lastElementChild.textContent = data.label;
  button.title = data.file;
  button.onclick = () => {
    const chart = [...document.querySelectorAll("[aria-label] > svg.marks")].find(
      (one) => one.parentElement.getAttribute("aria-label") === data.alt,
    );
    if (chart) save(captioned(chart, data), data.file);
  };
}

// The lines of a caption of at most so many letters each, if no word is longer.
export function wrapped(words, most) {
  const lines = [""];
  for (const word of words.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

// The text of an SVG file: the chart on its ground, the caption below.
export function captioned(drawn, { caption, ground, text }) {
  const [wide, high] = ["width", "height"].map((side) => parseFloat(drawn.getAttribute(side)));
  const inner = Math.max(wide, LEAST);
  const lines = wrapped(caption, inner / LETTER);
  const size = { width: inner + 2 * EDGE, height: high + 3 * EDGE + lines.length * LINE };
  const page = made("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  made("rect", { width: "100%", height: "100%", fill: ground }, page);
  const chart = drawn.cloneNode(true);
  chart.setAttribute("x", EDGE);
  chart.setAttribute("y", EDGE);
  page.append(chart);
  lines.forEach((line, at) => {
    made("text", { ...FONT, fill: text, x: EDGE, y: high + 2 * EDGE + (at + 1) * LINE - 4 }, page, line);
  });
  // Links to the chart's own clip paths must not lead to this server.
  return new XMLSerializer().serializeToString(page).replace(/url\([^)#]*#/g, "url(#");
}

function made(name, attributes, parent, words) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (words) element.textContent = words;
  parent?.append(element);
  return element;
}

function save(text, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
