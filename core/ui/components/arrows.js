// The arrow keys press the buttons of their directions while one of these has the keyboard's focus. Elsewhere they scroll,
// and in a slider they move its handle.

export default function ({ data }) {
  window.receptiveArrows?.abort();
  window.receptiveArrows = new AbortController();
  const { signal } = window.receptiveArrows;
  const listen = (event) => {
    const button = document.querySelector(`.${data.buttons[directionOf(event)]} button`);
    if (!button || !event.composedPath()[0].closest?.(`.${data.within} button`)) return;
    event.preventDefault();
    if (button.disabled) return;
    button.focus({ preventScroll: true });
    button.click();
  };
  document.addEventListener("keydown", listen, { signal });
  return () => window.receptiveArrows.abort();
}

// `left`, `right`, `up`, `down`, or nothing.
export function directionOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (ctrlKey || metaKey || shiftKey || altKey || !key.startsWith("Arrow")) return "";
  return key.slice("Arrow".length).toLowerCase();
}
