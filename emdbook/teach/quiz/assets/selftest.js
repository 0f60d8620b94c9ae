/* <emd-selftest>: twenty questions, each with how sure the reader is. Everything stays in this browser. Needs quiz.js. */
(() => {
  if (!window.emdbook?.unseal || customElements.get("emd-selftest")) return;
  const { Block, el, store, day, unseal } = window.emdbook;

  const SURE = ["Sure", "Fairly sure", "Guessing"];

  /** @param {HTMLInputElement[]} inputs */
  const marked = (inputs) => inputs.findIndex((input) => input.checked);

  /**
   * @typedef {{node: HTMLElement, number: number, id: string, chapter: string, answers: HTMLInputElement[],
   *   sure: HTMLInputElement[]}} Item
   */

  class SelfTest extends Block {
    /** @type {Item[]} */
    items = [];
    round = "";

    static needs = "form";

    start() {
      const form = this.piece("form");
      this.round = this.dataset.round ?? "";
      this.chapters = JSON.parse(this.piece(".emd-chapters").textContent);
      this.items = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".emd-question"))].map(
        (node, i) => ({
          node,
          number: i + 1,
          id: /** @type {string} */ (node.dataset.question),
          chapter: /** @type {string} */ (node.dataset.chapter),
          answers: [.../** @type {NodeListOf<HTMLInputElement>} */ (node.querySelectorAll(".emd-answer input"))],
          sure: [.../** @type {NodeListOf<HTMLInputElement>} */ (node.querySelectorAll(".emd-sure input"))],
        }),
      );
      for (const { node } of this.items) unseal(node.querySelector(".emd-sealed")?.textContent ?? ""); // all or no test
      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.finish();
      });
      form.addEventListener("change", (/** @type {Event} */ event) => this.draft(event.target));
      this.piece(".emd-anew").addEventListener("click", () => this.anew());
      // The same test in another tab: both show what was answered in either.
      this.outside(window, "storage", (event) => {
        if (store.concerns(event) && !this.finished()) this.recall();
      });
      this.recall();
    }

    finished() {
      return this.piece(".emd-finish").hidden;
    }

    /** An engine may have reset the marks: what was kept comes back before anything is kept anew. */
    restored() {
      super.restored();
      if (!this.finished()) this.recall();
    }

    recall() {
      const one = store.read().tests[this.round] ?? {};
      for (const item of this.items) {
        const [answer, sure] = one.draft?.[item.id] ?? [-1, -1];
        if (item.answers[answer]) item.answers[answer].checked = true;
        if (item.sure[sure]) item.sure[sure].checked = true;
      }
      if (!one.result) return;
      const line = this.piece(".emd-last");
      line.textContent = `Your last result in this browser, on ${one.result.day}: ${one.result.right} of ${one.result.of}.`;
      line.hidden = false;
    }

    /**
     * Keep the marks: of the question that changed as they stand, of the others where nothing is kept, so that another
     * tab's answers stay.
     * @param {EventTarget | null} changed
     */
    draft(changed) {
      store.test(this.round, (/** @type {any} */ one) => {
        one.draft ??= Object.create(null);
        for (const item of this.items) {
          const marks = [marked(item.answers), marked(item.sure)];
          const mine = item.node.contains(/** @type {Node} */ (changed));
          if ((mine || !one.draft[item.id]) && marks.some((mark) => mark >= 0)) one.draft[item.id] = marks;
        }
      });
    }

    finish() {
      const said = this.piece(".emd-result");
      const open = this.items.filter((item) => marked(item.answers) < 0 || marked(item.sure) < 0);
      if (open.length) {
        const needs = open.length === 1 ? "One question needs" : `${open.length} questions need`;
        said.textContent = `${needs} an answer and how sure you are: ${open.map((item) => item.number).join(", ")}.`;
        (marked(open[0].answers) < 0 ? open[0].answers : open[0].sure)[0].focus();
        return;
      }
      const table = SURE.map(() => ({ n: 0, right: 0 }));
      /** @type {Set<string>} */
      const missed = new Set();
      let right = 0;
      for (const item of this.items) {
        const sealed = unseal(item.node.querySelector(".emd-sealed")?.textContent ?? "");
        const good = sealed.correct[marked(item.answers)];
        const row = table[marked(item.sure)];
        row.n++;
        if (good) {
          row.right++;
          right++;
        } else {
          missed.add(item.chapter);
        }
        for (const input of [...item.answers, ...item.sure]) input.disabled = true;
        [.../** @type {NodeListOf<HTMLElement>} */ (item.node.querySelectorAll(".emd-why"))].forEach((why, i) => {
          why.innerHTML = `<strong>${sealed.correct[i] ? "Correct. " : "Not correct. "}</strong>${sealed.why[i]}`;
          why.className = `emd-why ${sealed.correct[i] ? "emd-right" : "emd-wrong"}`;
          why.hidden = false;
        });
        item.node.dataset.answered = good ? "correct" : "wrong";
      }
      const before = store.read().tests.pretest?.result;
      const result = {
        day: day(),
        right,
        of: this.items.length,
        sure: table.map((row) => [row.right, row.n]),
      };
      store.test(this.round, (/** @type {any} */ one) => {
        one.result = result;
        delete one.draft;
      });
      this.report(result, missed, this.round === "posttest" ? before : undefined);
      said.textContent = `${right} of ${this.items.length} are right. The result stands below the questions.`;
      this.piece(".emd-finish").hidden = true;
      this.piece(".emd-anew").hidden = false;
      this.piece(".emd-report").focus();
    }

    /** @param {any} result @param {Set<string>} missed @param {any} before */
    report(result, missed, before) {
      const box = this.piece(".emd-report");
      box.textContent = "";
      el("p", `Your score: ${result.right} of ${result.of}.`, box).className = "emd-score";
      if (before) {
        el("p", `Before you read, on ${before.day}, it was ${before.right} of ${before.of}.`, box);
        el(
          "p",
          "The two tests were built alike, and nobody has measured which is harder: read a small change as none.",
          box,
        );
      }
      const table = el("table", undefined, box);
      el("caption", "How often you were right, by how sure you were", table);
      const head = el("tr", undefined, el("thead", undefined, table));
      for (const word of ["You said", "Answers", "Right"]) el("th", word, head).scope = "col";
      const body = el("tbody", undefined, table);
      SURE.forEach((word, i) => {
        const row = el("tr", undefined, body);
        const [right, n] = result.sure[i];
        el("th", word, row).scope = "row";
        el("td", String(n), row);
        el("td", n ? `${right} (${Math.round((100 * right) / n)}%)` : "none", row);
      });
      el("p", verdict(result), box);
      const read = this.chapters.filter((/** @type {any} */ chapter) => missed.has(chapter.id));
      if (read.length) {
        el("p", this.round === "posttest" ? "Chapters worth another look:" : "Chapters to read with most profit:", box);
        const list = el("ul", undefined, box);
        for (const chapter of read) {
          el("a", `${chapter.number}. ${chapter.title}`, el("li", undefined, list)).href = chapter.href;
        }
      }
      el("p", "Every option is explained above.", box);
      box.hidden = false;
    }

    anew() {
      store.test(this.round, (/** @type {any} */ one) => {
        delete one.draft;
      });
      for (const item of this.items) {
        for (const input of [...item.answers, ...item.sure]) input.disabled = input.checked = false;
        for (const why of /** @type {NodeListOf<HTMLElement>} */ (item.node.querySelectorAll(".emd-why"))) {
          why.hidden = true;
          why.textContent = "";
        }
        delete item.node.dataset.answered;
      }
      this.piece(".emd-report").hidden = true;
      this.piece(".emd-result").textContent = "";
      this.piece(".emd-finish").hidden = false;
      this.piece(".emd-anew").hidden = true;
      this.recall();
      this.items[0].answers[0].focus();
    }
  }

  /** @param {any} result */
  function verdict(result) {
    const [sure, , guess] = result.sure;
    if (!sure[1]) return "You were never sure. Guessing among four options is right about one time in four.";
    let words = `When you were sure you were right ${sure[0]} of ${sure[1]} times. `;
    if (sure[1] < 3) return `${words}That is too few to say how well you know what you know.`;
    if (sure[0] === sure[1]) words += "Your certainty could be trusted. ";
    else if (sure[0] >= 0.8 * sure[1]) words += "Your certainty was nearly justified. ";
    else words += "You were surer than you had reason to be. ";
    if (guess[1] > 2 && guess[0] > 0.5 * guess[1]) words += "Where you guessed you knew more than you thought.";
    return words.trim();
  }

  customElements.define("emd-selftest", SelfTest);
})();
