/* <emd-explore>: native controls over states that were drawn when the book was built. No framework, no request. */
(() => {
  if (!window.emdbook?.files || customElements.get("emd-explore")) return;
  const { Block, el, copied, files, left } = window.emdbook;

  const NO_STREAM =
    "This browser cannot unpack the other settings of this figure. It shows the setting the widget starts from.";
  const DAMAGED = "The other settings of this figure could not be read. It shows the setting the widget starts from.";
  const UNKNOWN = "The address asks for a setting that this figure does not have. It shows the setting it starts from.";
  const ON_DISK =
    "It leads to the copy of the book on this disk, so it works on this computer only. For others, put the part in the " +
    "field behind the address of a book that they can open.";

  /** What comes behind the address of any copy of the book. @param {string} address */
  function behind(address) {
    const way = document.documentElement.dataset.content_root;
    if (!way) return `notebooks/${address.replace(/^.*\//, "")}`; // a deck has the name of its chapter
    const root = new URL(way, window.location.href).href;
    return address.startsWith(root) ? address.slice(root.length) : address.replace(/^.*\//, "");
  }

  /** @param {string} text @returns {Promise<any>} */
  async function inflate(text) {
    if (typeof DecompressionStream === "undefined") throw new Error(NO_STREAM);
    try {
      const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return JSON.parse(await new Response(stream).text());
    } catch {
      throw new Error(DAMAGED);
    }
  }

  /** The pieces of which one part of a state is made. @param {any} data @param {number[]} coded */
  function take(data, coded) {
    const out = [];
    let at = 0;
    for (let i = 0; i < coded.length; i += 2) {
      at += coded[i];
      for (let k = 0; k < coded[i + 1]; k++) out.push(data.p[at++]);
    }
    return out;
  }

  /** @param {number} bits @param {number} at */
  const bit = (bits, at) => Math.floor(bits / 2 ** at) % 2 === 1;

  /** A part of an address as text; null where its escapes are damaged. @param {string} text */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return null;
    }
  }

  /**
   * What an address asks of a widget: its id, and for each name the values in the order in which they stand.
   * @returns {{id: string, asked: Map<string, string[]>, damaged: boolean} | null} null where it asks nothing
   */
  function parseHash() {
    const text = window.location.hash.slice(1);
    if (!text.startsWith("w=")) return null;
    const asked = new Map();
    let damaged = false;
    for (const part of text.split("&")) {
      if (!part) continue;
      const cut = part.indexOf("=");
      const [name, value] = cut < 0 ? [null, null] : [decoded(part.slice(0, cut)), decoded(part.slice(cut + 1))];
      if (name === null || value === null) damaged = true;
      else asked.set(name.trim(), [...(asked.get(name.trim()) ?? []), value]);
    }
    const id = (asked.get("w") ?? [""])[0].trim();
    asked.delete("w");
    return { id, asked, damaged };
  }

  /** A telephone: there each state is laid out anew. The same words stand in tell.css. */
  const phone = window.matchMedia("screen and (max-width: 500px)");

  /**
   * The narrow layout of a widget's states, which only a telephone asks for: a script, since that loads from a disk too.
   * @param {string} id @param {string} file seen from the front page
   * @returns {Promise<any>}
   */
  function narrowStates(id, file) {
    window.emdbook.narrow ??= {};
    return new Promise((resolve, reject) => {
      const script = el("script");
      script.src = `${document.documentElement.dataset.content_root ?? "../"}${file}`;
      script.addEventListener("load", () => resolve(inflate(window.emdbook.narrow[id])));
      script.addEventListener("error", () => reject(new Error("no narrow layout")));
      document.head.append(script);
    });
  }

  /** What every widget of the page shows, kept with this entry of the browser's history for the way back. */
  const kept = { ...left };
  let keeping = 0;
  function keep() {
    clearTimeout(keeping);
    keeping = window.setTimeout(() => {
      try {
        history.replaceState({ ...history.state, emd: kept }, "");
      } catch {
        /* too many entries in a short time, or a frame that may not: the way back starts anew */
      }
    }, 200);
  }
  window.addEventListener("hashchange", keep);

  class Explore extends Block {
    static needs = "script.emd-frames";

    /** @type {any[]} */
    spec = [];
    /** @type {Record<string, number>} */
    state = {};
    shown = -1;

    start() {
      this.form = this.piece("form.emd-controls");
      this.box = this.piece(".emd-svg");
      this.caption = this.piece("figcaption");
      this.status = this.piece("[role=status]");
      this.spec = JSON.parse(this.dataset.spec ?? "[]").map((/** @type {any} */ control) => {
        const root = this.form.querySelector(`[data-name="${CSS.escape(control.name)}"]`);
        return { ...control, root, inputs: [...root.querySelectorAll("input,select")] };
      });
      this.state = this.startState();
      this.shown = this.index(this.state);
      this.write();
      this.listen();
      // Unpacked after the first paint, or at once when a reader is quicker.
      const idle = new Promise((resolve) => {
        if (window.requestIdleCallback) window.requestIdleCallback(resolve, { timeout: 300 });
        else setTimeout(resolve, 50);
      });
      this.ready = idle
        .then(() => inflate(this.piece("script.emd-frames").textContent))
        .then(
          (data) => {
            this.data = data;
            this.dataset.state = "ready";
            if (this.index(this.state) === this.shown) this.tell();
            if (this.index(this.state) !== this.shown || this.hides()) this.show();
          },
          (error) => this.fail(error.message),
        );
      this.outside(window, "hashchange", () => this.follow());
      this.outside(phone, "change", () => this.narrow());
      for (const name of ["pointerdown", "focusin"]) this.form.addEventListener(name, () => this.narrow());
      if (!this.recall()) this.follow();
      return false;
    }

    /** @param {string} sentence */
    fail(sentence) {
      const box = this.piece(".emd-failure");
      box.textContent = sentence;
      box.setAttribute("role", "alert");
      box.hidden = false;
      this.state = this.startState();
      this.write();
      for (const field of this.form.querySelectorAll("input,select,button")) field.disabled = true;
      this.piece(".emd-actions").hidden = true;
      this.dataset.state = "failed";
    }

    startState() {
      /** @type {Record<string, number>} */
      const state = {};
      for (const c of this.spec) state[c.name] = c.kind === "layers" ? 2 ** c.tokens.length - 1 : c.start;
      return state;
    }

    /** @param {Record<string, number>} state */
    index(state) {
      return this.spec.reduce((at, c) => (c.kind === "layers" ? at : at * c.size + state[c.name]), 0);
    }

    /** Whether a layer is out of sight. */
    hides() {
      return this.spec.some((c) => c.kind === "layers" && this.state[c.name] !== 2 ** c.tokens.length - 1);
    }

    /** The ticks of a control as bits. @param {any} c @param {number} at */
    bits(c, at) {
      return c.kind === "studies" && c.masks ? c.masks[at] : at;
    }

    /** From the controls to the state; false when the choice is not allowed. */
    read() {
      /** @type {Record<string, number>} */
      const state = {};
      for (const c of this.spec) {
        if (c.kind === "choice" && c.inputs[0].type === "radio") {
          const on = c.inputs.find((/** @type {any} */ field) => field.checked);
          state[c.name] = on ? Number(on.dataset.at) : this.state[c.name];
        } else if (c.kind === "choice" || c.kind === "stepped") {
          state[c.name] = Number(c.inputs[0].value);
        } else if (c.kind === "onoff") {
          state[c.name] = c.inputs[0].checked ? 1 : 0;
        } else {
          let bits = 0;
          for (const field of c.inputs) if (field.checked) bits += 2 ** Number(field.dataset.at);
          state[c.name] = c.masks ? c.masks.indexOf(bits) : bits;
        }
      }
      const allowed = Object.values(state).every((at) => at >= 0);
      if (allowed) this.state = state;
      return allowed;
    }

    /** From the state to the controls. */
    write() {
      for (const c of this.spec) {
        const at = this.state[c.name];
        if (c.kind === "choice" && c.inputs[0].type === "radio") {
          for (const field of c.inputs) field.checked = Number(field.dataset.at) === at;
        } else if (c.kind === "choice" || c.kind === "stepped") {
          c.inputs[0].value = String(at);
        } else if (c.kind === "onoff") {
          c.inputs[0].checked = at === 1;
        } else {
          for (const field of c.inputs) field.checked = bit(this.bits(c, at), Number(field.dataset.at));
        }
      }
      this.words();
    }

    /** The words beside the sliders; only those that change, for each is read aloud. */
    words() {
      for (const c of this.spec) {
        if (c.kind !== "stepped") continue;
        const text = c.labels[this.state[c.name]];
        const output = c.root.querySelector("output");
        if (output.textContent === text) continue;
        output.textContent = text;
        c.inputs[0].setAttribute("aria-valuetext", text);
      }
    }

    changed() {
      this.notice("");
      if (!this.read()) {
        this.write();
        const least = Math.max(...this.spec.map((c) => c.least || 0));
        this.say(`At least ${least} must stay chosen.`);
        return;
      }
      this.words();
      this.remember();
      if (this.data) this.show();
    }

    remember() {
      kept[this.id] = this.address().split("#")[1];
      keep();
    }

    /** Back on the page by the browser's own button: what this widget showed when the reader left. */
    recall() {
      const text = left[this.id];
      return typeof text === "string" && this.set(text);
    }

    /** Take the setting that the part of an address behind # names; false where it names another widget. @param {string} text */
    set(text) {
      const parts = new URLSearchParams(text);
      if (parts.get("w") !== this.id) return false;
      parts.delete("w");
      const state = this.asked(new Map([...parts.keys()].map((name) => [name, parts.getAll(name)])));
      if (!state) return false;
      this.state = state;
      this.write();
      this.remember();
      if (this.data) this.show();
      return true;
    }

    restored() {
      this.write();
    }

    frame() {
      return this.data.f[this.index(this.state)];
    }

    sentence() {
      return take(this.data, this.frame()[1]).join("");
    }

    /** On a telephone fetch the narrow layout, once; until it is here the wide one moves in its window. */
    narrow() {
      const file = this.piece(".emd-narrow-frames")?.dataset.file;
      if (!file || !phone.matches || this.fetching) return;
      this.fetching = true;
      narrowStates(this.id, file).then(
        (data) => {
          this.slim = data;
          if (this.data) this.draw();
        },
        () => {}, // the wide layout stays
      );
    }

    /** The drawing of this state, in the layouts that are here. */
    draw() {
      const at = this.index(this.state);
      const slim = this.slim ? take(this.slim, this.slim.f[at][0]).join("") : "";
      this.box.innerHTML = take(this.data, this.frame()[0]).join("") + slim;
      this.box.classList.toggle("emd-two", Boolean(slim));
      for (const svg of this.box.children) {
        for (const name of ["role", "aria-label", "aria-labelledby"]) svg.removeAttribute(name);
        svg.setAttribute("aria-hidden", "true");
        svg.setAttribute("focusable", "false");
      }
      this.layers();
    }

    /** The figure first, then its sentence. */
    show() {
      const at = this.index(this.state);
      this.narrow();
      if (at !== this.shown) {
        this.draw();
        this.caption.textContent = this.sentence();
        this.say(first(this.caption.textContent));
        this.shown = at;
        this.tell();
      }
      this.layers();
      if (this.piece(".emd-numbers").open) this.table();
      this.dataset.shown = String(at);
      this.dispatchEvent(new CustomEvent("emd:shown", { bubbles: true, detail: { id: this.id, index: at } }));
    }

    layers() {
      for (const c of this.spec) {
        if (c.kind !== "layers") continue;
        c.tokens.forEach((/** @type {string} */ gid, /** @type {number} */ at) => {
          for (const id of [`${this.id}-${gid}`, `${this.id}-n-${gid}`]) {
            const part = this.box.querySelector(`#${CSS.escape(id)}`);
            if (bit(this.state[c.name], at)) part?.removeAttribute("display");
            else part?.setAttribute("display", "none");
          }
        });
      }
    }

    /** Announced once the reader pauses, so that a dragged slider does not talk without end. @param {string} text */
    say(text) {
      clearTimeout(this.saying);
      this.saying = setTimeout(() => {
        this.status.textContent = text;
      }, 250);
    }

    /** A sentence that stays in sight until a control is moved. @param {string} text */
    notice(text) {
      if (!this.noted && !text) return;
      this.noted ??= el("p");
      this.noted.className = "emd-notice";
      this.noted.textContent = text;
      if (text) this.form.after(this.noted);
      else this.noted.remove();
    }

    /** @returns {string[][]} */
    rows() {
      const frame = this.frame();
      return [JSON.parse(take(this.data, frame[2])[0]), ...take(this.data, frame[3]).map((row) => JSON.parse(row))];
    }

    /** Hand what the marks of this state say to those who tell it; where marks are no rows, the table says it. */
    tell() {
      const marks = this.piece("emd-marks");
      if (!marks?.tell) return;
      const told = take(this.data, this.data.f[this.shown][4]).map((row) => JSON.parse(row));
      const [columns, ...rows] = this.rows();
      const flat = (/** @type {string} */ text) => text.replace(/,?\n/g, (gap) => `${gap.slice(0, -1)} `);
      const plain = rows.map(([name, ...cells]) => [
        "",
        flat(name),
        "",
        "",
        "",
        cells.map((text, i) => [columns[i + 1], text]).filter(([, text]) => text),
      ]);
      marks.tell(told.length ? told : plain);
    }

    table() {
      const [columns, ...rows] = this.rows();
      const table = document.createElement("table");
      const head = table.createTHead().insertRow();
      for (const text of columns) el("th", text, head).scope = "col";
      const body = table.createTBody();
      for (const row of rows) {
        const line = body.insertRow();
        for (const text of row) line.insertCell().textContent = text;
      }
      this.piece(".emd-table").replaceChildren(table);
    }

    listen() {
      this.form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
      // "input" also while a slider is dragged; a browser that sends only "change" is served by the second
      for (const name of ["input", "change"]) this.form.addEventListener(name, () => this.changed());
      this.on(".emd-reset", () => {
        this.state = this.startState();
        this.notice("");
        this.write();
        this.remember();
        if (this.data) this.show();
      });
      this.piece(".emd-numbers").addEventListener("toggle", (/** @type {any} */ event) => {
        if (event.target.open && this.data) this.table();
      });
      this.on(".emd-link", () => this.copy());
      this.on(".emd-csv", () => this.data && files.save(files.csvFile(this.rows()), `${this.id}.csv`));
      const svg = () => files.seen(this.box);
      this.on(".emd-save", () => files.save(files.svgFile(svg(), this.caption.textContent), `${this.id}.svg`));
      this.on(".emd-png", async () => {
        try {
          files.save(await files.pngFile(svg(), this.caption.textContent), `${this.id}.png`);
        } catch (error) {
          this.say(/** @type {Error} */ (error).message);
        }
      });
      this.on(".emd-whole", () => this.turn());
      this.addEventListener("keydown", (event) => {
        // on a slide the letter belongs to the deck, and the button is not there
        if (!this.piece(".emd-actions").hidden && files.asksWhole(event)) this.turn();
      });
    }

    /** @param {string} selector @param {() => void} act */
    on(selector, act) {
      this.piece(selector)?.addEventListener("click", act);
    }

    /* ---- the whole screen: this widget and nothing else */
    turn() {
      if (this.classList.contains("emd-full")) {
        this.back();
        return;
      }
      const [button, figure] = [this.piece(".emd-whole"), this.piece(".emd-fig")];
      // who pressed F is brought back to the control that was moved, and sees it
      const from = /** @type {any} */ (this.contains(document.activeElement) && document.activeElement);
      button.textContent = "Leave full screen";
      figure.tabIndex = 0; // a tall figure moves in its place
      this.back = files.whole(this, () => {
        button.textContent = "Full screen";
        figure.removeAttribute("tabindex");
        (from || button).focus();
      });
      this.piece(".emd-title").scrollIntoView({ block: "start" });
    }

    address() {
      const parts = [`w=${encodeURIComponent(this.id)}`];
      for (const c of this.spec) {
        const at = this.state[c.name];
        const several = c.kind === "layers" || c.kind === "studies";
        const tokens = several
          ? c.tokens.filter((/** @type {string} */ _, /** @type {number} */ i) => bit(this.bits(c, at), i))
          : [c.tokens[at]];
        parts.push(`${encodeURIComponent(c.name)}=${tokens.map(encodeURIComponent).join(",")}`);
      }
      return `${window.location.href.replace(/#.*$/, "")}#${parts.join("&")}`;
    }

    async copy() {
      const text = this.address();
      const onDisk = window.location.protocol === "file:";
      const here = onDisk ? ` ${ON_DISK}` : "";
      const button = this.piece(".emd-link");
      const field = this.piece(".emd-address");
      if (onDisk) {
        field.hidden = false;
        field.firstChild.textContent = "Behind the address of a book on the web ";
        field.querySelector("input").value = behind(text);
      }
      if (await copied(text)) {
        this.say(`Link copied.${here}`);
        this.notice(here.trim());
        button.textContent = "Link copied";
        setTimeout(() => {
          button.textContent = "Copy link";
        }, 2000);
        return;
      }
      field.hidden = false;
      if (!onDisk) field.querySelector("input").value = text;
      field.querySelector("input").select();
      this.say(
        onDisk
          ? `This browser did not let the page copy the link.${here}`
          : "This browser did not let the page copy the link. It stands selected in a field: copy it from there.",
      );
      this.notice(here.trim());
    }

    /**
     * The state that an address asks for. Where anything in it means nothing here, there is none.
     * @param {Map<string, string[]>} asked
     */
    asked(asked) {
      const state = this.startState();
      for (const [name, values] of asked) {
        const c = this.spec.find((one) => one.name === name);
        if (!c) return null;
        if (c.kind === "layers" || c.kind === "studies") {
          const tokens = new Set(
            values
              .join(",")
              .split(",")
              .map((token) => token.trim())
              .filter(Boolean),
          );
          let bits = 0;
          for (const token of tokens) {
            const at = c.tokens.indexOf(token);
            if (at < 0) return null;
            bits += 2 ** at;
          }
          state[name] = c.masks ? c.masks.indexOf(bits) : bits;
        } else {
          const tokens = new Set(values.map((token) => token.trim()));
          state[name] = tokens.size === 1 ? c.tokens.indexOf([...tokens][0]) : -1;
        }
        if (state[name] < 0) return null;
      }
      return state;
    }

    /** The address names this widget: take its setting, bring it into view, and let the keyboard go on from there. */
    follow() {
      const found = parseHash();
      if (!found || found.id !== this.id) return;
      const state = found.damaged ? null : this.asked(found.asked);
      this.state = state ?? this.startState();
      this.write();
      this.remember();
      if (this.data) this.show();
      this.notice(state ? "" : UNKNOWN);
      if (!state) this.say(UNKNOWN);
      const title = this.piece(".emd-title");
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
      this.reach();
    }

    /** What is above may still grow while fonts arrive: jump again until the widget stays, or the reader takes over. */
    reach() {
      const hands = ["wheel", "touchstart", "keydown", "pointerdown"];
      let jumps = 12;
      let last = Number.NaN;
      let taken = false;
      const stop = () => {
        taken = true;
      };
      for (const name of hands) window.addEventListener(name, stop, { passive: true });
      const jump = () => {
        if (taken || !jumps-- || Math.round(this.getBoundingClientRect().top) === last) {
          for (const name of hands) window.removeEventListener(name, stop);
          return;
        }
        this.scrollIntoView({ behavior: "instant", block: "start" });
        last = Math.round(this.getBoundingClientRect().top);
        setTimeout(jump, 80);
      };
      jump();
    }
  }

  /** The first sentence, for the ear; the rest stands in the caption. @param {string} text */
  function first(text) {
    const end = /[.?!](?=\s+\p{Lu})/gu;
    for (const found of text.matchAll(end)) {
      const cut = text.slice(0, found.index + 1);
      if (cut.length > 40) return cut;
    }
    return text;
  }

  customElements.define("emd-explore", Explore);
})();
