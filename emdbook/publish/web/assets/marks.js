/* What a mark means, one tap away: a small box beside dotted numbers, badges, examples and terms; and the whole key. */
(() => {
  const { el, whenReady } = window.emdbook;

  /**
   * Marks, the most special first: what is said where the page itself says nothing, and what the link is called.
   * @type {[string, string, string][]}
   */
  const KINDS = [
    [
      "a.emd-num-calc",
      "Worked out in this book, by the method that the text names. The link leads to the figure it starts from.",
      "To the record",
    ],
    [
      "a.emd-num",
      "The link leads to the record of this figure: who reported it, on how many patients, how far it was seen.",
      "To the record",
    ],
    ["a.emd-term", "The link leads to the glossary.", "To the glossary"],
    ["a.emd-drug", "A drug. The link leads to its names, class and target.", "To its names"],
    ["a.emd-loc", "A place in the review. The link leads to that paragraph, told in English.", "To the paragraph"],
    [".emd-example", "A made-up example. It stands for no study.", ""],
    [".emd-badge", "How far the source was seen. The whole key stands behind the question mark at the top.", ""],
  ];
  const ALL = KINDS.map(([selector]) => selector).join(", ");

  /** The kind of a mark. @param {Element} mark @returns {[string, string, string]} */
  const kindOf = (mark) => KINDS.find(([selector]) => mark.matches(selector)) ?? ["", "", ""];

  /** What a mark says: the page's own words of it where there are some. @param {Element} mark */
  const words = (mark) => mark.getAttribute("data-why") || kindOf(mark)[1];

  whenReady(() => {
    const article = document.querySelector("article.bd-article");
    if (!article) return;

    const tip = el("div", undefined, document.body);
    tip.id = "emd-tip";
    tip.className = "emd-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    /** @type {Element | null} */
    let shown = null;
    let timer = 0;

    /** The mark's own words leave its title, or the browser would show them a second time. @param {Element} mark */
    function taken(mark) {
      const title = mark.getAttribute("title");
      if (title === null) return;
      mark.setAttribute("data-why", title);
      mark.removeAttribute("title");
    }

    /** @param {Element} mark @param {boolean} byTouch */
    function show(mark, byTouch) {
      taken(mark);
      const text = words(mark);
      if (!text) return;
      clearTimeout(timer);
      hide();
      tip.replaceChildren(text);
      if (byTouch && mark.matches("a[href]")) {
        const way = el("a", kindOf(mark)[2], el("p", undefined, tip));
        way.href = mark.getAttribute("href");
      }
      tip.hidden = false;
      const box = mark.getClientRects()[0] ?? mark.getBoundingClientRect();
      const size = tip.getBoundingClientRect();
      const room = document.documentElement.clientWidth;
      tip.style.left = `${Math.max(8, Math.min(box.left, room - size.width - 8))}px`;
      const below = box.bottom + 6 + size.height < window.innerHeight;
      tip.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - size.height - 6)}px`;
      mark.setAttribute("aria-describedby", tip.id);
      shown = mark;
    }

    function hide() {
      clearTimeout(timer);
      if (!shown) return;
      shown.removeAttribute("aria-describedby");
      shown = null;
      tip.hidden = true;
    }

    /** @param {Event} event @returns {Element | null} */
    const markOf = (event) => {
      const hit = event.target instanceof Element ? event.target.closest(ALL) : null;
      return hit && article.contains(hit) ? hit : null;
    };

    // The mouse: after a moment of rest; the box itself may be entered, so that it can be read at any size.
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const mark = markOf(event);
      if (mark) taken(mark);
      clearTimeout(timer);
      if (mark && mark !== shown) timer = window.setTimeout(() => show(mark, false), 250);
      else if (!mark && shown && !tip.contains(/** @type {Node} */ (event.target)))
        timer = window.setTimeout(hide, 250);
    });
    // The keyboard.
    document.addEventListener("focusin", (event) => {
      const mark = markOf(event);
      if (mark?.matches(":focus-visible")) show(mark, false);
      else if (!tip.contains(/** @type {Node} */ (event.target))) hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
    });
    // The finger: a first tap explains, and the link stands in the box.
    let finger = false;
    document.addEventListener("pointerdown", (event) => {
      finger = event.pointerType === "touch";
    });
    document.addEventListener("click", (event) => {
      if (tip.contains(/** @type {Node} */ (event.target))) return;
      const mark = markOf(event);
      if (!mark) {
        hide();
        return;
      }
      if (mark.matches("a") && !finger) return;
      if (mark.matches("a") && mark === shown) return;
      event.preventDefault();
      show(mark, finger);
    });
    window.addEventListener("scroll", hide, { passive: true });
    window.addEventListener("resize", hide);

    // The whole key, from a button that stands at the top of every page.
    const key = /** @type {HTMLDialogElement | null} */ (document.getElementById("emd-key"));
    const place = document.querySelector(".article-header-buttons");
    if (!key?.showModal || !place) return;
    document.body.append(key);
    const button = el("button", "?");
    button.type = "button";
    button.className = "btn btn-sm emd-key-open";
    button.setAttribute("aria-label", "What the marks mean");
    button.setAttribute("aria-haspopup", "dialog");
    button.dataset.tip = "What the marks mean";
    place.prepend(button);
    button.addEventListener("click", () => key.showModal());
    key.addEventListener("click", (event) => {
      if (event.target === key || /** @type {Element} */ (event.target).closest("button")) key.close();
    });
  });
})();
