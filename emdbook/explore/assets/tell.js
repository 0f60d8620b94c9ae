/* What the marks of a figure say. Pointing, a tap or the keyboard shows one card; the same words make a small tree that
   the arrow keys walk and a screen reader reads: figure, series, row, value. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-marks")) return;
  const { el, whenReady } = window.emdbook;

  /** How far beside a mark a pointer or a finger may be, in pixels. */
  const NEAR = 6;
  const NEAR_FINGER = 16;
  /** Milliseconds until a mark is shown and until it goes, so that the card can be entered. */
  const WAIT = 120;
  const STAY = 350;

  /**
   * One row as the page keeps it: id in the drawing, name, value, series, record, and everything known of it.
   * @typedef {[string, string, string, string, string, [string, string][]]} Row
   * @typedef {{row: Row, named: boolean, x: number, y: number, width: number, height: number}} Place
   * @typedef {{words: string, row?: Row, record?: string, children: Node_[]}} Node_
   */

  /** The one card of the page, and what it belongs to. */
  const card = el("div");
  card.className = "emd-card";
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", "What this mark says");
  card.hidden = true;
  const halo = el("div");
  halo.className = "emd-halo";
  halo.setAttribute("aria-hidden", "true");
  /** @type {Marks | null} */
  let owner = null;
  let timer = 0;

  function hide() {
    clearTimeout(timer);
    card.hidden = true;
    card.remove();
    halo.remove();
    owner = null;
  }

  /** Where the record of a row stands, seen from this page. @param {string} record such as ledger#id */
  function address(record) {
    const [page, id] = record.split("#");
    return `${document.documentElement.dataset.content_root ?? "../"}book/${page}.html#${encodeURIComponent(id)}`;
  }

  /** @param {number} count @param {string} one */
  const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

  class Marks extends HTMLElement {
    /** @type {Row[]} */
    rows = [];
    /** @type {Map<Element, {node: Node_, built: boolean}>} */
    items = new Map();
    /** @type {{svg: Element, width: number, all: Place[]} | null} */
    places = null;
    /** What the mouse is over. @type {Row | null} */
    over = null;
    /** What the card tells. @type {Row | null} */
    shown = null;

    connectedCallback() {
      whenReady(() => this.begin());
    }

    begin() {
      if (this.dataset.state || !this.isConnected) return;
      this.window = this.closest(".emd-window");
      this.figure = this.closest("figure");
      if (!this.window || !this.figure) return;
      this.dataset.state = "ready";
      this.listen();
      if (this.dataset.rows) this.tell(JSON.parse(this.dataset.rows));
    }

    get svg() {
      const all = [...(this.window?.querySelectorAll("svg") ?? [])];
      return all.find((svg) => svg.getClientRects().length) ?? all[0];
    }

    /** What the figure shows now. @param {Row[]} rows */
    tell(rows) {
      if (owner === this) hide();
      this.rows = rows;
      this.places = null;
      this.items.clear();
      this.replaceChildren();
      if (!rows.length || !this.figure) return;
      this.setAttribute("role", "tree");
      // its caption is read right behind it, so the tree is called by number
      const number = this.figure.querySelector("figcaption")?.getAttribute("data-number") ?? "Figure";
      this.setAttribute("aria-label", `${number.replace(/\.\s*$/, "")}, row by row`);
      const root = { words: `${plural(rows.length, "row")}, arrow keys walk them`, children: tree(rows) };
      this.item(root, this, 1, 1, 1).tabIndex = 0;
    }

    /**
     * @param {Node_} node @param {Element} parent @param {number} level @param {number} at @param {number} of
     */
    item(node, parent, level, at, of) {
      const made = el("div", undefined, parent);
      made.setAttribute("role", "treeitem");
      made.setAttribute("aria-level", String(level));
      made.setAttribute("aria-posinset", String(at));
      made.setAttribute("aria-setsize", String(of));
      made.setAttribute("aria-label", node.words);
      if (node.children.length) made.setAttribute("aria-expanded", "false");
      made.tabIndex = -1;
      this.items.set(made, { node, built: false });
      return made;
    }

    /** @param {Element} item @param {boolean} open */
    expand(item, open) {
      const one = this.items.get(item);
      if (!one?.node.children.length) return;
      if (!one.built) {
        one.built = true;
        const group = el("div", undefined, item);
        group.setAttribute("role", "group");
        const level = Number(item.getAttribute("aria-level")) + 1;
        const { children } = one.node;
        children.forEach((child, i) => {
          this.item(child, group, level, i + 1, children.length);
        });
      }
      item.setAttribute("aria-expanded", String(open));
      /** @type {HTMLElement} */ (item.lastElementChild).hidden = !open;
    }

    /** The items that can be walked to, from top to bottom. @returns {any[]} */
    seen() {
      return [...this.querySelectorAll("[role=treeitem]")].filter((item) => !item.parentElement?.closest("[hidden]"));
    }

    /** @param {any} item */
    go(item) {
      if (!item) return;
      for (const other of this.querySelectorAll("[tabindex='0']")) /** @type {any} */ (other).tabIndex = -1;
      item.tabIndex = 0;
      item.focus({ preventScroll: true });
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      const item = /** @type {Element} */ (event.target);
      const one = this.items.get(item);
      // the letter F is the key for the whole screen, and goes on to the figure
      if (!one || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() === "f") return;
      const open = item.getAttribute("aria-expanded");
      const seen = this.seen();
      const at = seen.indexOf(item);
      const inside = () => item.querySelector("[role=treeitem]");
      const above = item.parentElement?.closest("[role=treeitem]");
      if (event.key === "ArrowDown" && !(at === 0 && open === "false")) this.go(seen[at + 1]);
      else if (event.key === "ArrowRight" || event.key === "ArrowDown") {
        // From the closed figure both keys lead to its first row: nobody needs to know that it is a tree.
        if (open === "false") this.expand(item, true);
        if (open === "true" || at === 0) this.go(inside());
      } else if (event.key === "ArrowUp") this.go(seen[at - 1]);
      else if (event.key === "ArrowLeft") {
        if (open === "true") this.expand(item, false);
        else this.go(above);
      } else if (event.key === "Home") this.go(seen[0]);
      else if (event.key === "End") this.go(seen[seen.length - 1]);
      else if (event.key === "Enter" || event.key === " ") {
        if (one.node.record) window.location.href = address(one.node.record);
        else this.expand(item, open === "false");
      } else if (event.key.length === 1 && /\S/.test(event.key)) {
        const wanted = [...seen.slice(at + 1), ...seen.slice(0, at)];
        this.go(
          wanted.find((other) => other.getAttribute("aria-label").toLowerCase().startsWith(event.key.toLowerCase())),
        );
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* ---- the drawing */

    /** What is drawn for a row. @param {Row} row @returns {Element[]} */
    parts(row) {
      const svg = this.svg;
      if (!row[0] || !svg) return [];
      const id = CSS.escape(`${this.dataset.of}${svg.matches(".emd-narrow") ? "-n" : ""}-${row[0]}`);
      return [...svg.querySelectorAll(`[id="${id.replace(/\\/g, "\\\\")}"], [id^="${id.replace(/\\/g, "\\\\")}-"]`)];
    }

    /** Every part with its box, measured from the corner of the drawing. @returns {Place[]} */
    boxes() {
      const svg = this.svg;
      if (!svg) return [];
      const corner = svg.getBoundingClientRect();
      if (this.places && this.places.svg === svg && this.places.width === corner.width) return this.places.all;
      const all = this.rows.flatMap((row) =>
        this.parts(row)
          .map((part) => ({ named: part.id.endsWith("-label"), box: part.getBoundingClientRect() }))
          .filter(({ box }) => box.width || box.height)
          .map(({ named, box }) => {
            const [x, y] = [box.x - corner.x, box.y - corner.y];
            return { row, named, x, y, width: box.width, height: box.height };
          }),
      );
      this.places = { svg, width: corner.width, all };
      return all;
    }

    /** The row nearest to a point of the window. @param {number} x @param {number} y @param {number} near */
    at(x, y, near) {
      const corner = this.svg?.getBoundingClientRect();
      if (!corner) return null;
      const found = this.boxes()
        .map((box) => {
          const [px, py] = [x - corner.x, y - corner.y];
          const away = Math.hypot(
            Math.max(box.x - px, 0, px - box.x - box.width),
            Math.max(box.y - py, 0, py - box.y - box.height),
          );
          const middle = Math.hypot(px - box.x - box.width / 2, py - box.y - box.height / 2);
          return { row: box.row, away, size: box.width * box.height, middle };
        })
        .filter((one) => one.away <= near)
        .sort((a, b) => a.away - b.away || a.size - b.size || a.middle - b.middle);
      return found.length ? found[0].row : null;
    }

    /** The rows whose marks lie where that of a row lies, so that none hides another. @param {Row} row @returns {Row[]} */
    sharing(row) {
      /** @type {Map<Row, Place>} */
      const first = new Map();
      for (const box of this.boxes()) if (!box.named && !first.has(box.row)) first.set(box.row, box);
      const own = first.get(row);
      if (!own) return [row];
      const middle = (/** @type {Place} */ box) => [box.x + box.width / 2, box.y + box.height / 2];
      const [x, y] = middle(own);
      const near = [...first].filter(([, box]) => Math.hypot(middle(box)[0] - x, middle(box)[1] - y) < 3);
      return near.map(([one]) => one);
    }

    /**
     * The card beside a row, or beside the figure.
     * @param {Row | null} row
     * @param {string} [says] in place of a row
     * @param {string} [mine] the words of what the keyboard stands at within the row
     */
    show(row, says, mine) {
      clearTimeout(timer);
      const [window_, figure, svg] = [this.window, this.figure, this.svg];
      if (!window_ || !figure || !svg) return;
      card.replaceChildren();
      if (row) {
        el("p", row[1], card).className = "emd-card-name";
        if (row[3]) el("p", row[3], card).className = "emd-card-series";
        const list = el("dl", undefined, card);
        for (const [name, text] of row[5]) {
          const line = el("div", undefined, list);
          el("dt", name, line);
          el("dd", text, line);
          if (mine === `${name}: ${text}`) line.className = "emd-card-here";
        }
        if (row[4]) {
          const where = row[4].startsWith("review#") ? "To the paragraph" : "To the record";
          el("a", where, el("p", undefined, card)).href = address(row[4]);
        }
        const here = this.sharing(row).length;
        if (here > 1)
          el("p", `${here} marks lie here: click, or tap, for the next.`, card).className = "emd-card-series";
      } else el("p", says, card);
      const drawing = svg.getBoundingClientRect();
      const boxes = row ? this.boxes().filter((box) => box.row === row) : [];
      const place = boxes.length
        ? {
            left: drawing.left + Math.min(...boxes.map((box) => box.x)),
            top: drawing.top + Math.min(...boxes.map((box) => box.y)),
            right: drawing.left + Math.max(...boxes.map((box) => box.x + box.width)),
            bottom: drawing.top + Math.max(...boxes.map((box) => box.y + box.height)),
          }
        : drawing;
      this.ring(place);
      figure.append(card);
      card.hidden = false;
      const [frame, size] = [figure.getBoundingClientRect(), card.getBoundingClientRect()];
      const room = document.documentElement.clientWidth;
      // Beside the mark itself, not beside its name at the far left.
      const main = drawing.left + ((boxes.find((box) => !box.named) ?? boxes[0])?.x ?? 0);
      const left = Math.max(8, Math.min(main, room - size.width - 8));
      const below = !row || place.bottom + 8 + size.height < window.innerHeight || place.top - 8 - size.height < 0;
      const top =
        !row && place.bottom > window.innerHeight
          ? Math.max(place.top, 8) + 8
          : below
            ? place.bottom + 8
            : place.top - 8 - size.height;
      card.style.left = `${left - frame.left + figure.scrollLeft}px`;
      card.style.top = `${top - frame.top + figure.scrollTop}px`;
      owner = this;
      this.shown = row;
    }

    /** @param {{left: number, top: number, right: number, bottom: number}} place */
    ring(place) {
      const window_ = /** @type {Element} */ (this.window);
      const frame = window_.getBoundingClientRect();
      window_.append(halo);
      halo.style.left = `${place.left - frame.left - window_.clientLeft + window_.scrollLeft - 4}px`;
      halo.style.top = `${place.top - frame.top - window_.clientTop + window_.scrollTop - 4}px`;
      halo.style.width = `${place.right - place.left + 8}px`;
      halo.style.height = `${place.bottom - place.top + 8}px`;
    }

    listen() {
      const window_ = /** @type {HTMLElement} */ (this.window);
      this.addEventListener("keydown", (event) => this.key(event));
      this.addEventListener("focusin", (event) => {
        const one = this.items.get(/** @type {Element} */ (event.target));
        if (!one) return;
        const at = this.rowOf(/** @type {Element} */ (event.target));
        this.show(at, at ? undefined : `${one.node.words}.`, one.node.words);
        halo.scrollIntoView({ behavior: "instant", block: "nearest", inline: "nearest" });
        if (at) this.show(at, undefined, one.node.words);
      });
      this.addEventListener("focusout", (event) => {
        const to = /** @type {Node | null} */ (event.relatedTarget);
        if (owner === this && !this.contains(to) && !card.contains(to)) hide();
      });
      window_.addEventListener("pointermove", (event) => {
        if (event.pointerType === "touch" || card.contains(/** @type {Node} */ (event.target))) return;
        const row = this.at(event.clientX, event.clientY, NEAR);
        window_.classList.toggle("emd-tells", Boolean(row));
        if (row === this.over) return;
        this.over = row;
        clearTimeout(timer);
        if (row) timer = window.setTimeout(() => this.show(row), WAIT);
        else if (owner === this) timer = window.setTimeout(hide, STAY);
      });
      window_.addEventListener("pointerleave", (event) => {
        if (event.pointerType === "touch") return;
        this.over = null;
        clearTimeout(timer);
        if (owner === this) timer = window.setTimeout(hide, STAY);
      });
      window_.addEventListener("click", (event) => {
        const touch = /** @type {PointerEvent} */ (event).pointerType !== "mouse";
        const row = this.at(event.clientX, event.clientY, touch ? NEAR_FINGER : NEAR);
        if (!row) return;
        const all = this.sharing(row);
        const next = owner === this && this.shown ? all.indexOf(this.shown) + 1 : 0;
        this.show(all[next % all.length]);
      });
    }

    /** The row that an item belongs to; none for the figure and its series. @param {Element} item @returns {Row | null} */
    rowOf(item) {
      for (
        let one = /** @type {Element | null | undefined} */ (item);
        one;
        one = one.parentElement?.closest("[role=treeitem]")
      ) {
        const row = this.items.get(one)?.node.row;
        if (row) return row;
      }
      return null;
    }
  }

  /** The rows below the figure: by series where they have any. @param {Row[]} rows @returns {Node_[]} */
  function tree(rows) {
    /** @type {Node_[]} */
    const out = [];
    /** @type {Map<string, Node_>} */
    const series = new Map();
    for (const row of rows) {
      const [, name, value, kind, record, facts] = row;
      /** @type {Node_[]} */
      const children = facts.map(([label, text]) => ({ words: `${label}: ${text}`, children: [] }));
      if (record) children.push({ words: "Record: Enter opens it", record, children: [] });
      const node = { words: value ? `${name}: ${value}` : name, row, children };
      if (!kind) {
        out.push(node);
        continue;
      }
      let group = series.get(kind);
      if (!group) {
        group = { words: kind, children: [] };
        series.set(kind, group);
        out.push(group);
      }
      group.children.push(node);
    }
    for (const group of series.values()) group.words += `, ${plural(group.children.length, "row")}`;
    return out;
  }

  // The card may be entered, and goes when a reader is done with it.
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => {
    clearTimeout(timer);
    timer = window.setTimeout(hide, STAY);
  });
  card.addEventListener("focusout", (/** @type {FocusEvent} */ event) => {
    if (!owner?.contains(/** @type {Node | null} */ (event.relatedTarget))) hide();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !owner) return;
      if (card.contains(document.activeElement)) owner.go(owner.querySelector("[tabindex='0']"));
      hide();
      event.stopPropagation(); // the full screen stays: the first Escape is for the card
    },
    true,
  );
  document.addEventListener("pointerdown", (event) => {
    const target = /** @type {Node} */ (event.target);
    if (owner && !card.contains(target) && !owner.window?.contains(target)) hide();
  });
  window.addEventListener("resize", hide);

  customElements.define("emd-marks", Marks);
})();
