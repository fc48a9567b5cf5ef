// Pictures side by side, each a button. Buttons stay the same where they can: one of them may have the keyboard's
// focus while newer weights arrive. Words go into textContent and attributes, never into HTML.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gallery");
  const fresh = parentElement.querySelector("template").content.firstElementChild;
  while (root.children.length > data.tiles.length) root.lastChild.remove();
  while (root.children.length < data.tiles.length) root.append(fresh.cloneNode(true));
  data.tiles.forEach((tile, at) => {
    const button = root.children[at];
    const [image, label] = button.children;
    if (image.src !== tile.source) image.src = tile.source;
    image.width = tile.width;
    image.height = tile.height;
    image.alt = tile.alt;
    label.textContent = tile.label;
    button.title = tile.alt;
    button.style.width = `${Math.max(data.least, tile.width) + 10}px`;
    button.setAttribute("aria-pressed", tile.number === data.chosen);
    button.onclick = () => setTriggerValue("number", tile.number);
  });
}
