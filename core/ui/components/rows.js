// Pictures as the rows of a table; with `clickable`, the name of each row is a button. Rows stay the same where they
// can, for the keyboard's focus. Words go into textContent and attributes, never into HTML.

export default function ({ data, parentElement, setTriggerValue }) {
  const body = parentElement.querySelector("tbody");
  const fresh = parentElement.querySelector("template").content.firstElementChild;
  // Without buttons in it, the box itself is what the keyboard reaches and scrolls.
  const box = parentElement.querySelector(".rows");
  if (data.clickable) box.removeAttribute("tabindex");
  else box.setAttribute("tabindex", "0");
  parentElement.querySelector("thead tr").replaceChildren(...head(data));
  while (body.children.length > data.tiles.length) body.lastChild.remove();
  while (body.children.length < data.tiles.length) body.append(fresh.cloneNode(true));
  data.tiles.forEach((tile, at) => {
    const row = body.children[at];
    const [name, cell] = row.children;
    const image = cell.firstElementChild;
    if (data.clickable) press(name, tile, data);
    else name.textContent = tile.label;
    cell.colSpan = data.columns.length;
    if (image.src !== tile.source) image.src = tile.source;
    image.width = tile.width;
    image.height = tile.height;
    image.alt = image.title = tile.alt;
    row.classList.toggle("clickable", data.clickable);
    row.onclick = data.clickable ? () => setTriggerValue("number", tile.number) : null;
  });
}

function head(data) {
  return [data.noun, ...data.columns].map((name, at) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    if (at) cell.style.width = cell.style.minWidth = cell.style.maxWidth = `${data.step}px`;
    return cell;
  });
}

function press(name, tile, data) {
  let button = name.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    name.replaceChildren(button);
  }
  button.textContent = tile.label;
  button.setAttribute("aria-pressed", tile.number === data.chosen);
  button.setAttribute("aria-label", `${data.noun} ${tile.label}`);
}
