/* An extension of JupyterLab in one file: a number of a chapter leads to its record, a term to its explanation.
   JupyterLab loads it as it loads any prebuilt extension; the words of the records stand in front of it, in RECORDS,
   written by emdbook/publish/lab.py.  It asks nothing of a server and needs no kernel. */

/** @typedef {{title: string, says: string, standing?: string, source?: string, url?: string, page?: string}} Told */

/** @type {any} */ (window)._JUPYTERLAB = /** @type {any} */ (window)._JUPYTERLAB || {};

(() => {
  const records = /** @type {Record<string, Told>} */ (/** @type {any} */ (globalThis).EMDBOOK_RECORDS);
  const LINKS = ["ev", "calc", "gl"].map((scheme) => `a[href^="${scheme}:"]`).join(",");
  const CONSTRUCTED = 'a[href^="ex:"],a[href^="try:"]'; // numbers of an example lead nowhere, so they look so
  // The name of JupyterLab's main panel outweighs what it says of links itself.
  const STYLE = `
    #main :is(${LINKS}) { color: inherit; text-decoration: underline dotted; cursor: help; }
    #main :is(${CONSTRUCTED}) { color: inherit; text-decoration: none; cursor: text; }
    #main :is(${LINKS}, ${CONSTRUCTED}) svg { display: none; }
    #main .jp-Notebook summary { display: list-item; list-style: inside disclosure-closed; cursor: pointer; }
    #main .jp-Notebook details[open] > summary { list-style-type: disclosure-open; }
    #emd-record { position: fixed; z-index: 10000; max-width: 26em; margin: 0; padding: 0.7em 1em; border-radius: 6px;
      border: 1px solid var(--jp-border-color1); background: var(--jp-layout-color1); color: var(--jp-content-font-color1);
      font-size: var(--jp-content-font-size1); line-height: 1.45; box-shadow: var(--jp-elevation-z8, 0 2px 8px #0006); }
    #emd-record p { margin: 0.2em 0; }
    #emd-record a { color: var(--jp-content-link-color); overflow-wrap: anywhere; }`;

  /** @param {string} href @returns {string[]} the ids of the rows, or the term */
  function named(href) {
    const [scheme, rest] = [href.slice(0, href.indexOf(":")), href.slice(href.indexOf(":") + 1).split("#")[0]];
    if (scheme === "gl") return [`gl:${rest}`];
    return scheme === "calc" ? rest.slice(rest.indexOf("/") + 1).split("+") : [rest];
  }

  /** @param {HTMLElement} box @param {string} words @param {string} [tag] @returns {HTMLElement} */
  function say(box, words, tag = "p") {
    const line = document.createElement(tag);
    line.textContent = words;
    box.append(line);
    return line;
  }

  /** @param {HTMLAnchorElement} link */
  function show(link) {
    document.getElementById("emd-record")?.remove();
    const href = /** @type {string} */ (link.getAttribute("href"));
    const box = document.createElement("div");
    box.id = "emd-record";
    box.tabIndex = -1;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", `Where ${link.textContent} comes from`);
    if (href.startsWith("calc:")) say(box, "Computed by this book from:");
    for (const id of named(href)) {
      const told = records[id];
      if (!told) {
        say(box, `${id}: no record of this name in this copy of the book.`);
        continue;
      }
      say(say(box, ""), told.title, "strong");
      say(box, [told.says, told.standing].filter(Boolean).join("; "));
      if (told.source && told.url) {
        const address = /** @type {HTMLAnchorElement} */ (say(say(box, "Source: "), told.source, "a"));
        Object.assign(address, { href: told.url, target: "_blank", rel: "noreferrer" });
      } else if (told.source) say(box, `Source: ${told.source}`);
      if (told.page) say(box, `In the web book: ${told.page}`);
    }
    document.body.append(box);
    const at = link.getBoundingClientRect();
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
    const below = at.bottom + 6;
    box.style.top = `${below + box.offsetHeight < innerHeight ? below : Math.max(8, at.top - box.offsetHeight - 6)}px`;
    box.focus();
    /** @param {Event} event */
    function away(event) {
      const key = /** @type {KeyboardEvent} */ (event).key;
      if (event.type === "keydown" ? key !== "Escape" : box.contains(/** @type {Node} */ (event.target))) return;
      box.remove();
      document.removeEventListener("keydown", away, true);
      document.removeEventListener("pointerdown", away, true);
      if (key === "Escape") {
        event.stopPropagation(); // in JupyterLab it would also leave the cell
        link.focus();
      }
    }
    document.addEventListener("keydown", away, true);
    document.addEventListener("pointerdown", away, true);
  }

  /** @param {MouseEvent} event */
  function followed(event) {
    const link = /** @type {Element} */ (event.target).closest(`${LINKS},${CONSTRUCTED}`);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (link.matches(LINKS)) show(/** @type {HTMLAnchorElement} */ (link));
  }

  const plugin = {
    id: "beyond-the-marrow:links",
    autoStart: true,
    activate: () => {
      const style = document.createElement("style");
      style.textContent = STYLE;
      document.head.append(style);
      document.addEventListener("click", followed, true);
    },
  };
  /** @type {any} */ (window)._JUPYTERLAB["beyond-the-marrow"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
