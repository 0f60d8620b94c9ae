/* <emd-progress>: how far this reader has come, from what the questions keep in this browser. Nothing leaves it. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-progress")) return;
  const { Block, el, plural, store } = window.emdbook;

  class Progress extends Block {
    start() {
      this.known = JSON.parse(this.piece("script").textContent);
      this.body = this.piece(".emd-progress-body");
      this.said = this.piece(".emd-progress-said");
      this.show();
      this.outside(window, "storage", (event) => {
        if (store.concerns(event)) this.show();
      });
    }

    /** Back from a chapter by the browser's own button. */
    restored() {
      this.show();
    }

    show() {
      const body = this.body;
      body.textContent = "";
      if (!store.lasting()) {
        const words = "This browser keeps nothing for this page, so progress cannot be shown.";
        el("p", `${words} The questions work all the same.`, body);
        return;
      }
      const { quiz, cases, tests } = store.read();
      const rows = this.known.chapters.map((/** @type {any} */ chapter) => ({
        chapter,
        done: chapter.questions.filter((/** @type {string} */ id) => quiz[chapter.set]?.[id]).length,
        of: chapter.questions.length,
      }));
      const sum = (/** @type {(row: any) => number} */ value) =>
        rows.reduce((/** @type {number} */ total, /** @type {any} */ row) => total + value(row), 0);
      const answered = sum((row) => row.done);
      const begun = this.known.cases.filter((/** @type {string} */ id) => cases[id]).length;
      const results = [
        ["before", tests.pretest?.result],
        ["after", tests.posttest?.result],
      ].filter((one) => one[1]);
      if (!answered && !begun && !results.length) {
        const words = "Answers to the questions of a chapter are counted here, in this browser only.";
        el("p", `Nothing answered yet. ${words}`, body);
        return;
      }
      const finished = sum((row) => (row.done === row.of ? 1 : 0));
      const also = begun ? `, ${begun} of ${plural(this.known.cases.length, "case", "cases")} begun` : "";
      const words = `${answered} of ${plural(
        sum((row) => row.of),
        "question",
        "questions",
      )} answered`;
      el("p", `${words}, ${finished} of ${plural(rows.length, "chapter", "chapters")} finished${also}.`, body);
      if (results.length) {
        const told = results.map(([when, one]) => `${when} ${one.right} of ${one.of}`);
        el("p", `Test of twenty: ${told.join(", ")}.`, body);
      }
      const folded = el("details", undefined, body);
      el("summary", "Chapter by chapter", folded);
      const list = el("ol", undefined, folded);
      for (const { chapter, done, of } of rows) {
        const item = el("li", undefined, list);
        item.value = chapter.number;
        el("a", chapter.title, item).href = chapter.href;
        const whole = done === of;
        el("span", whole ? " finished" : ` ${done} of ${of}`, item).className = whole ? "emd-progress-done" : "";
      }
      this.eraser(body);
    }

    /** @param {Element} body */
    eraser(body) {
      const erase = el("button", "Erase my progress", body);
      const ask = el("p", undefined, body);
      erase.type = "button";
      ask.hidden = true;
      const question = el("span", "Erase every answer that this browser keeps? ", ask);
      question.id = "emd-progress--question";
      const yes = el("button", "Erase", ask);
      const no = el("button", "Keep", ask);
      for (const button of [yes, no]) {
        button.type = "button";
        button.setAttribute("aria-describedby", question.id);
      }
      erase.addEventListener("click", () => {
        erase.hidden = true;
        ask.hidden = false;
        this.said.textContent = "";
        yes.focus();
      });
      no.addEventListener("click", () => {
        ask.hidden = true;
        erase.hidden = false;
        erase.focus();
      });
      yes.addEventListener("click", () => {
        try {
          store.erase();
          this.show();
          this.said.textContent = "Your progress was erased.";
        } catch {
          this.said.textContent = "This browser did not let the page erase it.";
        }
        this.said.tabIndex = -1;
        this.said.focus();
      });
    }
  }

  customElements.define("emd-progress", Progress);
})();
