// The card of a lesson: links in its text press the buttons that do what they say, a new step is read from its top, and what
// was noticed is said.

const CARD = ".st-key-lesson";

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("[role=status]");
  if (status.textContent !== data.said) status.textContent = data.said;
  const card = document.querySelector(CARD);
  card?.setAttribute("role", "region");
  card?.setAttribute("aria-label", data.name);
  if (window.receptiveLessonStep !== data.step && card) card.scrollTop = 0;
  window.receptiveLessonStep = data.step;
  window.receptiveLesson?.abort();
  const here = (window.receptiveLesson = new AbortController());
  const follow = (event) => {
    const link = event.target instanceof Element && event.target.closest(`${CARD} a[href^="#"]`);
    if (!link) return;
    event.preventDefault();
    const name = data.links[link.getAttribute("href")];
    if (name) document.querySelector(`.${CSS.escape(name)} button`)?.click();
  };
  document.addEventListener("click", follow, { signal: here.signal, capture: true });
  return () => here.abort();
}
