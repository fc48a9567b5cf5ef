// A button that copies a text, and says so for a moment.

import { copy } from "./copy_text.js";

const SAID_MS = 2500;

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("[role=status]");
  button.onclick = async () => {
    const copied = await copy(data.text);
    button.textContent = copied ? "Copied" : "Select it above, and press Ctrl+C";
    said.textContent = button.textContent;
    clearTimeout(button.again);
    button.again = setTimeout(() => {
      button.textContent = "Copy";
      said.textContent = "";
    }, SAID_MS);
  };
}
