// The card of a lesson: links in its text press the buttons that do what they say, a new step is read from its top, and what
// was noticed is said; what is told of an answer comes into view. The button that led on keeps the keyboard's focus: Streamlit makes another one where its look changes.

const CARD = ".st-key-lesson";
const BODY = `${CARD}-body`;
const WAYS = ["next", "back"].map((way) => `${CARD}-${way} button`);

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("[role=status]");
  if (status.textContent !== data.said) status.textContent = data.said;
  const card = document.querySelector(CARD);
  card?.setAttribute("role", "region");
  card?.setAttribute("aria-label", data.name);
  const before = window.receptiveLessonStep;
  window.receptiveLessonStep = data.step;
  if (before && before !== data.step && card) {
    document.querySelector(BODY)?.scrollTo(0, 0);
    const way = window.receptiveLessonWay;
    window.receptiveLessonWay = undefined;
    if (way && lost())
      requestAnimationFrame(() => lost() && document.querySelector(way)?.focus({ preventScroll: true }));
  } else if (before === data.step && window.receptiveLessonTold !== data.told && data.told) bringIntoView();
  window.receptiveLessonTold = data.told;
  window.receptiveLesson?.abort();
  const here = (window.receptiveLesson = new AbortController());
  const follow = (event) => {
    if (!(event.target instanceof Element)) return;
    window.receptiveLessonWay = WAYS.find((way) => event.target.closest(way)) ?? window.receptiveLessonWay;
    const link = event.target.closest(`${CARD} a[href^="#"]`);
    if (!link) return;
    event.preventDefault();
    const name = data.links[link.getAttribute("href")];
    if (name) document.querySelector(`.${CSS.escape(name)} button`)?.click();
  };
  document.addEventListener("click", follow, { signal: here.signal, capture: true });
  return () => here.abort();
}

// What an answer, a hint or a deed has brought stands at the end of the step, which may be out of sight.
function bringIntoView() {
  requestAnimationFrame(() => {
    const body = document.querySelector(BODY);
    const told = [...(body?.querySelectorAll('[data-testid="stAlert"], [data-testid="stMarkdown"]') ?? [])];
    const here = told.findLast((one) => one.querySelector('[data-testid="stAlertContainer"]')) ?? told.at(-1);
    const last = told.at(-1);
    if (!body || !here) return;
    const high = last.getBoundingClientRect().bottom - here.getBoundingClientRect().top > body.clientHeight;
    (high ? here : last).scrollIntoView({ block: high ? "start" : "nearest" });
  });
}

// Whether nothing has the keyboard's focus.
function lost() {
  return document.activeElement === null || document.activeElement === document.body;
}
