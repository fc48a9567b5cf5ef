// On a phone the sidebar lies over the page, and Streamlit leaves it open after a page was chosen in it.

const NARROW = 768; // px of the window, at which Streamlit's sidebar begins to cover the page

export default function () {
  if (window.receptiveFolds) return;
  window.receptiveFolds = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-testid="stSidebar"] a');
    if (!link || window.innerWidth > NARROW) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 50);
  });
}
