/* <emd-practice>: questions that come back. Five boxes after Leitner: right moves a question up, wrong puts it into the
   first, a lucky guess leaves it where it is; each box has its gap in days. Everything stays in this browser. Needs
   quiz.js. */
(() => {
  if (!window.emdbook?.unseal || customElements.get("emd-practice")) return;
  const { Block, el, plural, store, day, unseal, sayResult, copied } = window.emdbook;

  /** Days until a question comes back, by its box. */
  const GAPS = [1, 3, 7, 16, 35];
  const SITTING = 15;
  /** How many answers are remembered for the table of calibration. */
  const REMEMBERED = 2000;
  const LATELY = 50;
  const GUESSING = 2;

  class Practice extends Block {
    static needs = ".emd-known";
    /** @type {string[]} */
    queue = [];
    /** @type {Map<string, HTMLElement>} */
    sealed = new Map();
    asked = 0;
    of = 0;
    right = 0;

    start() {
      const known = JSON.parse(this.piece(".emd-known").textContent);
      this.chapters = known.chapters;
      this.sure = known.sure;
      this.sealed = new Map(
        [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".emd-sealed"))].map((one) => [
          /** @type {string} */ (one.dataset.question),
          one,
        ]),
      );
      this.outside(window, "storage", (event) => {
        if (store.concerns(event) && !this.queue.length) this.today();
      });
      this.today();
    }

    /** Questions of the book that this reader has answered anywhere, with the day on which each is due. */
    met() {
      const all = store.read();
      /** @type {Record<string, {box: number, due: string}>} */
      const out = {};
      for (const [set, questions] of Object.entries(all.quiz)) {
        for (const [id, one] of Object.entries(/** @type {Record<string, any>} */ (questions))) {
          const name = `${set}/${id}`;
          // Met in a chapter and not yet practised: due now, one box up where it was right.
          if (this.sealed.has(name)) out[name] = { box: one.correct ? 1 : 0, due: day() };
        }
      }
      for (const [name, one] of Object.entries(/** @type {Record<string, any>} */ (all.practice.boxes ?? {}))) {
        if (this.sealed.has(name)) out[name] = { box: Math.min(one.box, GAPS.length - 1), due: one.due };
      }
      return out;
    }

    /** What is due today, the oldest first, and no two of a chapter in a row where it can be helped. */
    due() {
      const met = this.met();
      const names = Object.keys(met)
        .filter((name) => met[name].due <= day())
        .sort((a, b) => met[a].due.localeCompare(met[b].due) || hash(a) - hash(b));
      const out = [];
      while (names.length) {
        const last = out.at(-1)?.split("/")[0];
        const next = names.findIndex((name) => name.split("/")[0] !== last);
        out.push(...names.splice(Math.max(next, 0), 1));
      }
      return out;
    }

    today() {
      const box = this.piece(".emd-today");
      this.piece(".emd-asked").textContent = "";
      box.textContent = "";
      const met = this.met();
      const due = this.due();
      const all = Object.keys(met).length;
      if (!store.lasting()) {
        el("p", "This browser keeps nothing for this page, so practice lasts for this sitting only.", box);
      }
      if (!all) {
        el("p", "You have not answered a question yet. Answer some at the end of a chapter, or begin with a mix:", box);
      } else {
        const next = Object.values(met)
          .map((one) => one.due)
          .sort()
          .find((one) => one > day());
        el(
          "p",
          `${plural(all, "question", "questions")} met, ${due.length} due today.${next ? ` The next after today: ${next}.` : ""}`,
          box,
        );
      }
      const buttons = el("div", undefined, box);
      buttons.className = "emd-buttons";
      if (due.length) this.button(buttons, `Practise ${Math.min(due.length, SITTING)} now`, () => this.begin(due));
      const fresh = [...this.sealed.keys()].filter((name) => !(name in met)).sort((a, b) => hash(a) - hash(b));
      if (fresh.length) this.button(buttons, "Mix in new questions", () => this.begin(fresh.slice(0, 10)));
      this.kept();
    }

    /** @param {Element} where @param {string} words @param {() => void} act */
    button(where, words, act) {
      const made = el("button", words, where);
      made.type = "button";
      made.addEventListener("click", act);
      return made;
    }

    /** @param {string[]} names */
    begin(names) {
      this.queue = names.slice(0, SITTING);
      this.of = this.queue.length;
      this.asked = 0;
      this.right = 0;
      this.piece(".emd-today").textContent = "";
      this.piece(".emd-kept").textContent = "";
      this.piece(".emd-practice-said").textContent = "";
      this.ask();
    }

    ask() {
      const name = /** @type {string} */ (this.queue.shift());
      let one;
      try {
        one = unseal(/** @type {any} */ (this.sealed.get(name)).textContent);
      } catch (error) {
        console.error(error);
        this.sealed.delete(name); // one that is damaged is not asked; the others are
        this.of--;
        if (this.queue.length) this.ask();
        else this.finish();
        return;
      }
      this.asked++;
      const box = this.piece(".emd-asked");
      box.textContent = "";
      const title = el("p", `Question ${this.asked} of ${this.of}`, box);
      title.className = "emd-asked-title";
      title.tabIndex = -1;
      const form = el("form", undefined, box);
      form.className = "emd-question";
      form.autocomplete = "off";
      const inputs = this.choices(form, one.stem, "answer", one.multiple ? "checkbox" : "radio", one.options);
      const words = this.sure.map((/** @type {string} */ text) => ({ text }));
      const sure = this.choices(form, "How sure are you?", "sure", "radio", words);
      sure[0].closest("fieldset").className = "emd-sure";
      const buttons = el("div", undefined, form);
      buttons.className = "emd-buttons";
      const check = el("button", "Check", buttons);
      check.type = "submit";
      const result = el("p", undefined, form);
      result.className = "emd-result";
      result.setAttribute("role", "status");
      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        if (check.hidden) return;
        const chosen = inputs.map((field) => field.checked);
        const how = sure.findIndex((field) => field.checked);
        if (!chosen.some(Boolean) || how < 0) {
          result.textContent = chosen.some(Boolean) ? "Say how sure you are." : "Choose an answer first.";
          return;
        }
        const good = one.options.every((/** @type {any} */ o, /** @type {number} */ i) => o.correct === chosen[i]);
        const reasons = this.explain(inputs, one.options, chosen);
        const due = this.record(name, good, how);
        sayResult(result, good ? "Correct." : "Not correct.", reasons);
        result.classList.add(good ? "emd-right" : "emd-wrong");
        const more = el("p", undefined, form);
        more.className = "emd-more";
        more.innerHTML = `${one.objective}. Source: ${one.source}. `;
        const chapter = this.chapters.find((/** @type {any} */ c) => c.set === name.split("/")[0]);
        if (chapter) el("a", `Chapter ${chapter.number}: ${chapter.title}`, more).href = chapter.href;
        more.append(`. Comes back on ${due}.`);
        for (const field of [...inputs, ...sure]) field.disabled = true;
        check.hidden = true;
        const next = this.button(buttons, this.queue.length ? "Next question" : "Finish", () =>
          this.queue.length ? this.ask() : this.finish(),
        );
        next.focus({ preventScroll: true });
      });
      title.focus();
    }

    /**
     * @param {Element} form @param {string} legend @param {string} group @param {string} kind
     * @param {{text: string}[]} options
     * @returns {any[]} the fields
     */
    choices(form, legend, group, kind, options) {
      const set = el("fieldset", undefined, form);
      el("legend", undefined, set).innerHTML = legend;
      const list = el("ul", undefined, set);
      return options.map((one) => {
        const item = el("li", undefined, list);
        const label = el("label", undefined, item);
        label.className = "emd-tick";
        const field = el("input", undefined, label);
        field.type = kind;
        field.name = `practice-${group}`;
        el("span", undefined, label).innerHTML = one.text;
        return field;
      });
    }

    /** @param {any[]} inputs @param {any[]} options @param {boolean[]} chosen */
    explain(inputs, options, chosen) {
      options.forEach((one, i) => {
        const why = el("p", undefined, inputs[i].closest("li"));
        why.className = `emd-why ${one.correct ? "emd-right" : "emd-wrong"}`;
        why.innerHTML = `<strong>${one.correct ? "Correct. " : "Not correct. "}</strong>${one.why}`;
      });
      const own = options.filter((_, i) => chosen[i]).map((one) => one.why.replace(/<[^>]+>/g, ""));
      return `${own.join(" ")} Every option is explained below it.`;
    }

    /**
     * Move a question to its next box, and remember how sure the reader was.
     * @param {string} name @param {boolean} good @param {number} how
     */
    record(name, good, how) {
      const before = this.met()[name]?.box ?? 0;
      const up = how === GUESSING ? before : before + 1;
      const box = good ? Math.min(up, GAPS.length - 1) : 0;
      const due = day(GAPS[box]);
      if (good) this.right++;
      store.practice((/** @type {any} */ kept) => {
        kept.boxes ??= Object.create(null);
        kept.boxes[name] = { box, due };
        kept.said = [...(kept.said ?? []), [day(), how, good ? 1 : 0]].slice(-REMEMBERED);
      });
      return due;
    }

    finish() {
      const said = this.piece(".emd-practice-said");
      said.textContent = `${this.right} of ${plural(this.asked, "question", "questions")} right in this sitting.`;
      this.today();
      const first = /** @type {HTMLElement | null} */ (this.querySelector("button"));
      first?.focus({ preventScroll: true });
    }

    /** What is known of the reader's certainty, and the ways out. */
    kept() {
      const box = this.piece(".emd-kept");
      box.textContent = "";
      const all = store.read().practice;
      const said = all.said ?? [];
      if (!said.length && !all.boxes) return;
      const table = el("table", undefined, box);
      el("caption", "How often you were right, by how sure you were", table);
      const head = el("tr", undefined, el("thead", undefined, table));
      for (const word of ["You said", "In all", `Last ${LATELY}`]) el("th", word, head).scope = "col";
      const body = el("tbody", undefined, table);
      this.sure.forEach((/** @type {string} */ word, /** @type {number} */ how) => {
        const row = el("tr", undefined, body);
        el("th", word, row).scope = "row";
        for (const some of [said, said.slice(-LATELY)]) {
          const mine = some.filter((/** @type {number[]} */ one) => one[1] === how);
          const right = mine.filter((/** @type {number[]} */ one) => one[2] === 1).length;
          const share = mine.length
            ? `${right} of ${mine.length} (${Math.round((100 * right) / mine.length)}%)`
            : "none";
          el("td", share, row);
        }
      });
      el("p", "Well calibrated means: nearly always right when sure, about one in four when guessing.", box);
      const buttons = el("div", undefined, box);
      buttons.className = "emd-buttons";
      const link = el("a", "Save my practice as a file", buttons);
      link.download = "beyond-the-marrow-practice.json";
      link.href = `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(all))}`;
      this.button(buttons, "Copy it", async () => {
        const done = await copied(JSON.stringify(all));
        this.piece(".emd-practice-said").textContent = done ? "Copied." : "This browser does not let a page copy.";
      });
      this.button(buttons, "Erase my practice", () => {
        store.practice((/** @type {any} */ kept) => {
          delete kept.boxes;
          delete kept.said;
        });
        this.today();
        this.piece(".emd-practice-said").textContent =
          "Erased. What you answered in the chapters is erased on the cover.";
        /** @type {HTMLElement | null} */ (this.querySelector("button"))?.focus({ preventScroll: true });
      });
    }
  }

  /** A fixed disorder. @param {string} text */
  function hash(text) {
    let out = 0;
    for (const c of text) out = (out * 31 + (c.codePointAt(0) ?? 0)) % 1000003;
    return out;
  }

  customElements.define("emd-practice", Practice);
})();
