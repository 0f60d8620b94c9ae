/* A figure that is wider than its window, because its words must be readable: the reader is told that it moves. */
(() => {
  const { el, whenReady } = window.emdbook;
  if (typeof ResizeObserver === "undefined") return;

  /** @param {HTMLElement} window_ */
  function look(window_) {
    const slides = window_.scrollWidth > window_.clientWidth + 1;
    if (slides === window_.classList.contains("emd-slides")) return;
    window_.classList.toggle("emd-slides", slides);
    const hint = window_.previousElementSibling;
    if (slides) {
      // Who walks its marks moves it by that: one stop of the Tab key a figure.
      if (!window_.querySelector("emd-marks[role=tree]")) window_.tabIndex = 0;
      window_.setAttribute("role", "group");
      window_.setAttribute("aria-label", "Figure, wider than the window");
      const said = el("p", "Move the figure sideways to see all of it.");
      said.className = "emd-swipe";
      said.setAttribute("aria-hidden", "true"); // nobody who listens needs to move it
      window_.before(said);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) window_.removeAttribute(name);
      if (hint?.classList.contains("emd-swipe")) hint.remove();
    }
  }

  whenReady(() => {
    const seen = new ResizeObserver((all) => {
      for (const one of all) look(/** @type {HTMLElement} */ (one.target));
    });
    for (const one of document.querySelectorAll(".emd-window")) seen.observe(one);
  });
})();
