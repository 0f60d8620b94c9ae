/* <emd-choose>: the rows of the tables within it are chosen by class, drug, study and the like, or by a word, and put in
   order. The address tells what was chosen, and the address of a row opens that row whatever was chosen before. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-choose")) return;
  const { Block, el, copied } = window.emdbook;

  /** How an address begins that tells what was chosen. */
  const SIGN = "#rows&";
  /** In an order of their own. @type {Record<string, string[]>} */
  const ORDERS = {
    Weight: ["high", "medium", "low"],
    Certainty: ["high", "moderate", "low", "very low"],
    When: ["Before", "During", "After", "At once"],
  };
  const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

  /** @param {string} text */
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  /**
   * @typedef {{row: HTMLTableRowElement, at: number, by: Record<string, string[]>, words: string}} Row
   * @typedef {{table: HTMLTableElement, frame: HTMLElement, rows: Row[], heads: string[]}} Part
   */

  class Choose extends Block {
    static needs = "table";

    start() {
      /** @type {string[]} */
      this.facets = (this.dataset.facets ?? "").split("|").filter(Boolean);
      this.what = this.dataset.what ?? "rows";
      /** @type {Part[]} */
      this.parts = [.../** @type {NodeListOf<HTMLTableElement>} */ (this.querySelectorAll("table.emd-table"))].map(
        (table) => this.read(table),
      );
      /** @type {Row[]} */
      this.rows = this.parts.flatMap((/** @type {Part} */ part) => part.rows);
      /** @type {Record<string, HTMLSelectElement>} */
      this.fields = {};
      this.build();
      this.outside(window, "hashchange", () => this.follow());
      this.follow();
    }

    /** What is known of a table. @param {HTMLTableElement} table @returns {Part} */
    read(table) {
      const rows = [...table.tBodies[0].rows].map((row, at) => {
        /** @type {Record<string, string[]>} */
        const by = {};
        for (const name of /** @type {string[]} */ (this.facets)) by[name] = row.dataset[`by${name}`]?.split("|") ?? [];
        return { row, at, by, words: "" };
      });
      const heads = [...table.rows[0].cells].map((cell) => cell.textContent.trim());
      return { table, frame: table.closest(".emd-scroll") ?? table, rows, heads };
    }

    build() {
      // closed: open it would push the tables down that a reader has begun to read
      this.box = this.piece(".emd-choose-controls details");
      const form = el("form", undefined, this.box);
      form.setAttribute("role", "search");
      form.setAttribute("aria-label", `Choose ${this.what}`);
      /** @param {string} words */
      const labelled = (words) => {
        const label = el("label", undefined, form);
        el("span", words, label);
        return label;
      };
      for (const name of /** @type {string[]} */ (this.facets)) {
        /** @type {Map<string, number>} */
        const counts = new Map();
        for (const { by } of this.rows) for (const value of by[name]) counts.set(value, (counts.get(value) ?? 0) + 1);
        if (counts.size < 2) continue;
        const select = el("select", undefined, labelled(name === "Seen" ? "How far seen" : name));
        el("option", "all", select).value = "";
        const order = ORDERS[name];
        const values = [...counts.keys()].sort((a, b) => (order ? order.indexOf(a) - order.indexOf(b) : compare(a, b)));
        for (const value of values) el("option", `${value} (${counts.get(value)})`, select).value = value;
        this.fields[name] = select;
      }
      this.words = el("input", undefined, labelled("With the words"));
      this.words.type = "search";
      this.words.autocomplete = "off";
      this.words.maxLength = 100;
      this.order = el("select", undefined, labelled("In order of"));
      el("option", "as written", this.order).value = "";
      const heads = [...new Set(this.parts.flatMap((/** @type {Part} */ part) => part.heads))];
      for (const head of heads) {
        el("option", head, this.order).value = `${head}|up`;
        el("option", `${head}, the other way`, this.order).value = `${head}|down`;
      }
      const buttons = el("p", undefined, form);
      const reset = el("button", "Show all", buttons);
      reset.type = "button";
      const copy = el("button", "Copy the address of this choice", buttons);
      copy.type = "button";
      this.said = this.piece(".emd-choose-controls [role=status]");

      form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
      form.addEventListener("change", () => this.chosen());
      this.words.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.chosen(), 250);
      });
      reset.addEventListener("click", () => {
        this.clear();
        this.chosen();
      });
      copy.addEventListener("click", async () => {
        this.chosen();
        this.said.textContent = (await copied(window.location.href))
          ? "The address was copied."
          : "The browser does not allow copying. The address stands in its bar.";
      });

      for (const part of this.parts) {
        for (const cell of part.table.rows[0].cells) {
          const head = cell.textContent.trim();
          const button = el("button", head);
          button.type = "button";
          // the field "In order of" does the same by keyboard, once for all tables and also where rows are cards
          button.tabIndex = -1;
          cell.replaceChildren(button);
          button.addEventListener("click", () => {
            const next = { "": "up", up: "down", down: "" }[this.way(head)];
            this.order.value = next ? `${head}|${next}` : "";
            this.chosen();
          });
        }
      }
    }

    /** Which way a column is in order: "up", "down" or not at all. @param {string} head @returns {"" | "up" | "down"} */
    way(head) {
      const [name, way] = this.order.value.split("|");
      return name === head ? way : "";
    }

    clear() {
      for (const select of Object.values(this.fields)) /** @type {HTMLSelectElement} */ (select).value = "";
      this.words.value = "";
      this.order.value = "";
    }

    restored() {
      super.restored();
      if (this.said) this.apply();
    }

    /** A reader chose: show it, and let the address tell it. */
    chosen() {
      clearTimeout(this.timer);
      this.apply();
      const told = new URLSearchParams();
      for (const [name, select] of Object.entries(this.fields)) {
        const { value } = /** @type {HTMLSelectElement} */ (select);
        if (value) told.set(name, value);
      }
      if (this.words.value.trim()) told.set("words", this.words.value.trim());
      if (this.order.value) told.set("order", this.order.value);
      const text = told.toString();
      try {
        window.history.replaceState(window.history.state, "", text ? SIGN + text : window.location.pathname);
      } catch {
        window.location.hash = text ? SIGN + text : "";
      }
    }

    /** What the address asks for: a choice, or a row, which is then shown whatever was chosen. */
    follow() {
      const { hash } = window.location;
      if (hash.startsWith(SIGN)) {
        const told = new URLSearchParams(hash.slice(SIGN.length));
        this.clear();
        for (const [name, select] of Object.entries(this.fields)) {
          const field = /** @type {HTMLSelectElement} */ (select);
          const value = told.get(name) ?? "";
          // a value that no row has chooses nothing
          if ([...field.options].some((option) => option.value === value)) field.value = value;
        }
        this.words.value = (told.get("words") ?? "").slice(0, 100);
        const order = told.get("order") ?? "";
        const ways = /** @type {HTMLOptionElement[]} */ ([...this.order.options]);
        if (ways.some((option) => option.value === order)) this.order.value = order;
        if (window.innerWidth > 700) this.box.open = true; // on a phone it would fill the screen
        this.apply();
        return;
      }
      let place = null;
      try {
        place = document.getElementById(decodeURIComponent(hash.slice(1)));
      } catch {
        /* damaged escapes name no row */
      }
      if (place && this.contains(place) && place.closest("[hidden]")) {
        this.clear();
        this.apply();
        place.scrollIntoView();
        this.said.textContent = `All ${this.what} are shown, so that the one you asked for is among them.`;
      } else if (!this.said.textContent.trim()) {
        this.say(this.rows.length);
      }
    }

    /** @param {number} shown */
    say(shown) {
      const all = this.rows.length;
      this.said.textContent =
        shown === all ? `All ${all} ${this.what} are shown.` : `${shown} of ${all} ${this.what} are shown.`;
    }

    apply() {
      const wanted = Object.entries(this.fields).filter(([, one]) => /** @type {HTMLSelectElement} */ (one).value);
      const words = plain(this.words.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const part of this.parts) {
        let left = 0;
        for (const one of part.rows) {
          if (words.length && !one.words) {
            // a row is also known by what its table is called
            one.words = plain(`${one.row.textContent} ${part.table.caption?.textContent ?? ""}`);
          }
          const fits =
            wanted.every(([name, select]) => one.by[name].includes(/** @type {HTMLSelectElement} */ (select).value)) &&
            words.every((word) => one.words.includes(word));
          one.row.hidden = !fits;
          if (fits) left += 1;
        }
        part.frame.hidden = !left;
        shown += left;
        this.sort(part);
      }
      // a heading stands for what is under it
      for (const section of /** @type {HTMLElement[]} */ ([...this.querySelectorAll("section")]).reverse()) {
        const inner = /** @type {HTMLElement[]} */ ([
          ...section.querySelectorAll(":scope > section, :scope > .emd-scroll, :scope > table"),
        ]);
        section.hidden = inner.length > 0 && inner.every((piece) => piece.hidden);
      }
      this.say(shown);
    }

    /** @param {Part} part */
    sort(part) {
      const [name, way] = this.order.value.split("|");
      const column = part.heads.indexOf(name);
      const cells = [...part.table.rows[0].cells];
      for (const [at, cell] of cells.entries()) {
        if (at === column) cell.setAttribute("aria-sort", way === "up" ? "ascending" : "descending");
        else cell.removeAttribute("aria-sort");
      }
      if (column < 0 && !part.table.dataset.sorted) return;
      if (column < 0) delete part.table.dataset.sorted;
      else part.table.dataset.sorted = this.order.value;
      /** @param {Row} one */
      const key = (one) => {
        const cell = one.row.cells[column];
        return cell?.dataset.key ?? cell?.textContent?.trim() ?? "";
      };
      const rows = [...part.rows].sort((one, other) => {
        if (column < 0) return one.at - other.at;
        const [a, b] = [key(one), key(other)];
        // what has none stands last, whichever way
        if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1) || one.at - other.at;
        const numbers = [Number(a), Number(b)];
        const order = numbers.some(Number.isNaN) ? compare(a, b) : numbers[0] - numbers[1];
        return (way === "up" ? order : -order) || one.at - other.at;
      });
      part.table.tBodies[0].append(...rows.map(({ row }) => row));
    }
  }

  customElements.define("emd-choose", Choose);
})();
