/* Small replacements for what the theme takes from a library: menus that close, drop-downs in print, buttons that act. */
(() => {
  const { el, whenReady } = window.emdbook;

  /** What the buttons of the theme do; the code stood in their attributes. @type {Record<string, () => void>} */
  const acts = {
    print: () => window.print(),
    toggleFullScreen: () => {
      const refused = () => {}; // the page stays as it is
      if (document.fullscreenElement) document.exitFullscreen().catch(refused);
      else document.documentElement.requestFullscreen?.().catch(refused);
    },
  };

  /** The place that an address names; null where its escapes are damaged or it names none. @param {string} hash */
  function target(hash) {
    try {
      return document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch {
      return null;
    }
  }

  /** The dialog behind Ctrl-K answers while one types; the search comes with the first letter. */
  function quickSearch() {
    const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("pst-search-dialog"));
    const form = dialog?.querySelector("form");
    if (!dialog || !form) return;
    form.addEventListener(
      "input",
      () => {
        const script = el("script");
        script.src = `${document.documentElement.dataset.content_root ?? "./"}quicksearch.js`;
        script.addEventListener("load", () => {
          const typed = document.activeElement;
          const box = el("emd-search");
          box.className = "emd-search emd-quick";
          box.dataset.quick = "";
          const place = document.createComment("");
          form.replaceWith(place);
          box.append(form);
          el("p", undefined, box).className = "emd-search-said";
          box.lastElementChild.setAttribute("role", "status");
          el("ol", undefined, box).className = "emd-search-results";
          const more = el("button", "Show more", box);
          more.type = "button";
          more.className = "emd-search-more";
          more.hidden = true;
          place.replaceWith(box); // whole: a block begins when it comes into the page
          if (typed instanceof HTMLElement) typed.focus(); // it was moved
          box.addEventListener("click", (/** @type {Event} */ event) => {
            if (/** @type {Element} */ (event.target).closest("ol a")) dialog.close();
          });
        });
        document.head.append(script);
      },
      { once: true },
    );
  }

  /** What was put off while the page came is laid out, from the top down, in moments that nobody needs. */
  function settle() {
    const root = document.documentElement;
    if (!("settling" in root.dataset)) return;
    const later = /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll(".bd-article .emd-scroll, emd-quiz form, emd-case form")
    );
    let at = 0;
    const now = () => {
      delete root.dataset.settling;
      at = later.length;
    };
    /** @param {IdleDeadline | undefined} [rest] */
    const some = (rest) => {
      do {
        later[at]?.classList.add("emd-laid");
        void later[at++]?.offsetHeight; // laid out here, and not all of them in one long frame
      } while (at < later.length && rest && rest.timeRemaining() > 5);
      if (at >= later.length) now();
      else if (window.requestIdleCallback) window.requestIdleCallback(some, { timeout: 500 });
      else setTimeout(some, 20);
    };
    // A reader who is on the way to a place cannot wait.
    const hurry = (/** @type {Event} */ event) => {
      if (/** @type {Element} */ (event.target).closest?.("a[href*='#']")) now();
    };
    document.addEventListener("click", hurry, true);
    window.addEventListener("hashchange", now);
    window.addEventListener("pagehide", now);
    if (document.readyState === "complete") some();
    else window.addEventListener("load", () => setTimeout(some, 0), { once: true });
  }

  whenReady(() => {
    settle();
    document.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest?.("[data-act]");
      if (button) acts[button.getAttribute("data-act") ?? ""]?.();
    });

    const menus = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.dropdown"));
    document.addEventListener("click", (event) => {
      const hit = /** @type {Element} */ (event.target);
      for (const menu of menus) if (!menu.contains(hit) || hit.closest(".dropdown-item")) menu.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of menus) {
        if (!menu.open) continue;
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    });

    // On a phone the contents lie over the page: a link to a place in it uncovers that place.
    for (const id of ["pst-primary-sidebar-modal", "pst-secondary-sidebar-modal"]) {
      const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById(id));
      dialog?.addEventListener("click", (event) => {
        if (/** @type {Element} */ (event.target).closest("a[href^='#']") && dialog.open)
          setTimeout(() => dialog.close(), 0);
      });
    }

    // The button of the colours says which it has taken: the theme only changes its picture.
    const names = { auto: "as this machine", light: "light", dark: "dark" };
    const root = document.documentElement;
    const tell = () => {
      const mode = names[/** @type {keyof typeof names} */ (root.dataset.mode)] ?? root.dataset.mode;
      for (const button of document.querySelectorAll(".theme-switch-button")) {
        button.setAttribute("aria-label", `Colour mode: ${mode}`);
      }
    };
    new MutationObserver(tell).observe(root, { attributeFilter: ["data-mode"] });
    tell();

    // What is folded is printed open, and closed again afterwards; code is not printed.
    const folded = "details.emd-fold:not([open]), details.emd-more:not([open])";
    /** @type {HTMLDetailsElement[]} */
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(folded))];
      for (const part of opened) part.open = true;
    });
    window.addEventListener("afterprint", () => {
      for (const part of opened) part.open = false;
      opened = [];
    });

    quickSearch();

    // A link into a closed drop-down opens it.
    function reveal() {
      const place = target(window.location.hash);
      const part = /** @type {HTMLDetailsElement | undefined | null} */ (place?.closest("details:not([open])"));
      if (!part) return;
      part.open = true;
      place?.scrollIntoView();
    }
    window.addEventListener("hashchange", reveal);
    reveal();
  });
})();
