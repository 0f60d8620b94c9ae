/* <emd-take>: what a reader takes of a figure. A ready citation of it and of the studies it shows, the drawing, its
   numbers; and the whole screen for a figure that is no widget. */
(() => {
  if (!window.emdbook?.files || customElements.get("emd-take")) return;
  const { Block, el, copied, files } = window.emdbook;

  const ON_DISK = "This copy lies on a disk, so its address leads nobody else there: give the address of your book.";

  /** @type {Promise<void> | undefined} */
  let asked;
  /** How everything is cited: a script of its own, which loads from a disk too. */
  function citations() {
    asked ??= new Promise((resolve, reject) => {
      const script = el("script");
      script.src = `${document.documentElement.dataset.content_root ?? "../"}figures/cite.js`;
      // cut off, or a page of the server in its place, it comes and tells nothing
      const ended = () => {
        if (window.emdbook.cite) return resolve(undefined);
        asked = undefined;
        reject(new Error("figures/cite.js was not loaded"));
      };
      for (const name of ["load", "error"]) script.addEventListener(name, ended);
      document.head.append(script);
    });
    return asked;
  }

  /** What stands before the first end of a sentence. @param {string} text */
  const lead = (text) => text.split(/[:.](?:\s|$)/)[0].trim();

  class Take extends Block {
    /** @type {any} */
    figure = null;
    /** @type {any} */
    widget = null;

    start() {
      this.figure = this.closest("figure");
      this.widget = this.closest("emd-explore");
      this.said = this.piece("p");
      this.field = el("textarea");
      this.field.readOnly = true;
      this.field.hidden = true;
      this.field.setAttribute("aria-label", "Citation");
      const bar = this.widget ? this.widget.querySelector(".emd-actions") : this.menu();
      const button = this.offer(bar, "Copy citation", () => this.cite());
      // asked for before it is needed: a browser gives the clipboard only for a moment
      for (const name of ["pointerenter", "focus"])
        button.addEventListener(name, () => citations().catch(() => {}), { once: true });
      this.append(this.said, this.field); // below the menu
    }

    /** @param {Element} bar @param {string} words @param {() => unknown} act */
    offer(bar, words, act) {
      const button = el("button", words, bar);
      button.type = "button";
      button.addEventListener("click", act);
      return button;
    }

    /** A figure that is no widget has its menu here. */
    menu() {
      const [box, figure] = [el("details", undefined, this), this.figure];
      const name = `figure-${this.dataset.number}`;
      el("summary", "Take this figure with you", box);
      const bar = el("div", undefined, box);
      bar.className = "emd-take-bar";
      const caption = () => figure.querySelector("figcaption").textContent;
      const drawing = () => files.seen(figure.querySelector(".emd-drawing"));
      const whole = this.offer(bar, "Full screen", () => this.turn(whole));
      this.offer(bar, "Download CSV", () => files.save(files.csvFile(this.numbers()), `${name}.csv`));
      this.offer(bar, "Download SVG", () => files.save(files.svgFile(drawing(), caption()), `${name}.svg`));
      this.offer(bar, "Download PNG", async () => {
        try {
          files.save(await files.pngFile(drawing(), caption()), `${name}.png`);
        } catch (error) {
          this.said.textContent = /** @type {Error} */ (error).message;
        }
      });
      figure.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (files.asksWhole(event)) this.turn(whole);
      });
      const [, , width, height] = figure.querySelector("svg").getAttribute("viewBox").split(" ").map(Number);
      figure.style.setProperty("--emd-shape", (width / height).toFixed(3));
      return bar;
    }

    /** @param {HTMLElement} button that the keyboard comes back to */
    turn(button) {
      if (this.figure.classList.contains("emd-full")) {
        this.back();
        return;
      }
      const out = el("button", "Leave full screen", this.figure);
      out.type = "button";
      out.className = "emd-leave";
      out.addEventListener("click", () => this.back());
      this.back = files.whole(this.figure, () => {
        out.remove();
        const shown = button.getClientRects().length ? button : this.piece("summary");
        shown.focus();
      });
      out.focus();
    }

    /** The rows that the marks tell. @returns {any[]} */
    rows() {
      return this.figure.querySelector("emd-marks")?.rows ?? [];
    }

    /** The same rows as a table. @returns {string[][]} */
    numbers() {
      const rows = this.rows();
      const heads = [...new Set(rows.flatMap((row) => row[5].map((/** @type {string[]} */ fact) => fact[0])))];
      const line = (/** @type {any} */ row) => {
        const facts = Object.fromEntries(row[5]);
        return [row[1], row[3], ...heads.map((head) => facts[head] ?? ""), row[4].split("#")[1] ?? ""];
      };
      return [["Row", "Part", ...heads, "Record"], ...rows.map(line)];
    }

    /** Where the figure stands: a widget's own address leads to the setting that it shows. */
    address() {
      const here = window.location.href.replace(/#.*$/, "");
      const full = this.widget ? this.widget.address() : `${here}#${this.figure.id}`;
      const page = here.split("/").slice(-2).join("/");
      return window.location.protocol === "file:" ? `${page}#${full.split("#")[1]}` : full;
    }

    /** The citation of the figure, and below it those of the studies that it shows. */
    text() {
      const { book, licence, sources, rows } = window.emdbook.cite;
      const title = document.querySelector("article h1")?.firstChild?.textContent?.trim() || document.title;
      const what = lead(this.figure.querySelector("figcaption").textContent);
      const [chapter] = String(this.dataset.number).split(".");
      const lines = [
        `${book} Chapter ${chapter}, ${title}, figure ${this.dataset.number}: ${what}. ${this.address()}`,
        `${licence}`,
      ];
      const ids = this.rows().map((row) => String(row[4].split("#")[1]));
      const shown = [...new Set(ids.flatMap((id) => rows[id] ?? []))];
      if (shown.length)
        lines.push("", "Sources of what it shows:", ...shown.map((at, i) => `${i + 1}. ${sources[at]}`));
      return lines.join("\n");
    }

    async cite() {
      this.field.hidden = true;
      try {
        await citations();
      } catch {
        this.said.textContent = "The citation could not be loaded. The page References has every source.";
        return;
      }
      const text = this.text();
      const disk = window.location.protocol === "file:" ? ` ${ON_DISK}` : "";
      if (await copied(text)) {
        this.said.textContent = `Citation copied.${disk}`;
        return;
      }
      this.field.value = text;
      this.field.hidden = false;
      this.field.select();
      this.said.textContent = `This browser did not let the page copy. The citation stands selected below.${disk}`;
    }
  }

  customElements.define("emd-take", Take);
})();
