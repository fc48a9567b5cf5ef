// Streamlit sends the script of a component with its data, each time that these change. Where that is several times a
// second, the script comes with an element of its own, which stays as it is, and the component borrows it.

const LENT = "receptive-lent"; // event: a script has come

// For the element with the script: gives the components of this name what they do.
export function lend(name, run) {
  window.receptiveLent ??= new Map();
  window.receptiveLent.set(name, run);
  dispatchEvent(new Event(LENT));
}

// For the component: does it, at once or as soon as the script has come.
export function lent(given) {
  const run = () => window.receptiveLent?.get(given.name);
  if (run()) return run()(given);
  let end = null;
  const begin = () => {
    if (!run()) return;
    removeEventListener(LENT, begin);
    end = run()(given);
  };
  addEventListener(LENT, begin);
  return () => {
    removeEventListener(LENT, begin);
    end?.();
  };
}
