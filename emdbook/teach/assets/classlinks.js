/* <emd-classlinks>: puts the address of a book before the links of each lesson, and draws them as QR codes.
   It only puts words together and draws. Nothing is asked of any server, also not by the library that draws. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-classlinks")) return;
  const { Block, copyOf } = window.emdbook;
  const KEPT = "emdbook.class-address";

  /** The folder of a book, whatever page of it was typed. @param {string} text @param {string} pages in its folder book */
  function folder(text, pages) {
    let made;
    try {
      made = new URL(text.trim());
    } catch {
      throw new Error("The address must begin with https:// or http:// and name a host.");
    }
    if (made.protocol === "file:") {
      throw new Error("This address is on your own disk, so nobody else can open it. Put the book on the web first.");
    }
    if (!/^https?:$/.test(made.protocol)) throw new Error("The address must begin with https:// or http://.");
    if (/^(?:(?:.*\.)?localhost\.?|127\..*|0\.0\.0\.0|\[::1?\])$/.test(made.hostname)) {
      throw new Error("This address is your own machine, so nobody else can open it.");
    }
    // The front page lies in the root, also where the root is called "book"; other pages lie in a folder, and some
    // servers show them without their ending.
    const path = made.pathname
      .replace(/(?:index|search|genindex)\.html$/, "")
      .replace(new RegExp(`(?:(?:notebooks|book)/[^/]+\\.html|notebooks/\\d\\d_\\w+|book/(?:${pages}))$`), "")
      .replace(/[^/]*\.html$/, "");
    return made.origin + path.replace(/\/*$/, "/");
  }

  /** @param {string} text */
  function drawing(text) {
    const code = window.qrcode(0, "M");
    code.addData(text, "Byte");
    code.make();
    const count = code.getModuleCount();
    let path = "";
    for (let y = 0; y < count; y++) {
      for (let x = 0; x < count; x++) if (code.isDark(y, x)) path += `M${x} ${y}h1v1h-1z`;
    }
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const box = `-4 -4 ${count + 8} ${count + 8}`;
    for (const [name, value] of Object.entries({ viewBox: box, role: "img", "shape-rendering": "crispEdges" })) {
      svg.setAttribute(name, value);
    }
    svg.setAttribute("aria-label", "QR code of this link");
    for (const [d, fill] of [
      [`M-4-4h${count + 8}v${count + 8}h-${count + 8}z`, "#fff"],
      [path, "#000"],
    ]) {
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
      shape.setAttribute("d", d);
      shape.setAttribute("fill", fill);
      svg.append(shape);
    }
    return svg;
  }

  class ClassLinks extends Block {
    pages = "";

    static needs = "form";

    start() {
      const form = this.piece("form");
      this.pages = this.dataset.pages ?? "";
      this.said = this.piece("[role=status]");
      this.field = form.elements.namedItem("address");
      this.codes = form.elements.namedItem("codes");
      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.make();
      });
      this.codes.addEventListener("change", () => {
        if (this.field.value) this.make();
      });
      this.addEventListener("click", (/** @type {any} */ event) => {
        const button = event.target.closest(".emd-ready-copy");
        if (button) copyOf(button.previousElementSibling, this.said);
      });
      this.field.value = this.known();
      if (this.field.value) this.make();
    }

    /** The address of an earlier visit, or that of this page where it is on the web. */
    known() {
      try {
        const kept = localStorage.getItem(KEPT);
        if (kept) return kept;
      } catch {
        // a browser that keeps nothing: it is typed again
      }
      try {
        const root = document.documentElement.dataset.content_root ?? "";
        return folder(new URL(root, window.location.href).href, this.pages);
      } catch {
        return "";
      }
    }

    /** @param {string} selector @returns {any[]} */
    all(selector) {
      return [...this.querySelectorAll(selector)];
    }

    make() {
      let root = "";
      try {
        root = folder(this.field.value, this.pages);
      } catch (error) {
        this.said.textContent = /** @type {Error} */ (error).message;
        for (const ready of this.all(".emd-ready")) ready.hidden = true;
        return;
      }
      let tooLong = false;
      for (const row of this.all("[data-part]")) {
        const text = root + row.dataset.part;
        const code = row.querySelector(".emd-qr");
        row.querySelector("code").textContent = text;
        row.querySelector(".emd-ready").hidden = false;
        code.replaceChildren();
        try {
          if (this.codes.checked) code.append(drawing(text));
        } catch {
          tooLong = true;
        }
        code.hidden = !code.firstChild;
      }
      try {
        localStorage.setItem(KEPT, root);
      } catch {
        // see above
      }
      const codes = tooLong ? " This address is too long for a QR code." : "";
      this.said.textContent = `The links are ready.${codes} Try one on another device before class.`;
    }
  }

  customElements.define("emd-classlinks", ClassLinks);
})();
