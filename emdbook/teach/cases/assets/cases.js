/* <emd-case>: a patient, a choice, the critique of every choice, the next step. Needs quiz.js before it. */
(() => {
  if (!window.emdbook?.unseal || customElements.get("emd-case")) return;
  const { Block, store, unseal, sayResult } = window.emdbook;

  /** @type {Record<string, string>} */
  const LOOK = { path: "emd-path", arguable: "emd-arguable", against: "emd-against" };

  /**
   * The first element of some markup of the book.
   * @param {string} html
   * @returns {any}
   */
  function fragment(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    return made.content.firstElementChild;
  }

  class Case extends Block {
    right = 0;
    opening = "";
    /** @type {Element[]} */
    sealed = [];

    static needs = ".emd-step";

    start() {
      const first = /** @type {HTMLElement} */ (this.querySelector(".emd-step"));
      this.sealed = [...this.querySelectorAll(".emd-sealed")];
      this.opening = first.outerHTML;
      this.step(first, 0);
    }

    /** @param {any} box @param {number} at */
    step(box, at) {
      const form = box.querySelector("form");
      const inputs = [...form.querySelectorAll("input")];
      const whys = [...form.querySelectorAll(".emd-why")];
      const [check, next, result, behind] = ["check", "next", "result", "behind"].map((name) =>
        form.querySelector(`.emd-${name}`),
      );
      /** @type {any} */
      let sealed = null;

      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        const chosen = inputs.findIndex((field) => field.checked);
        if (chosen < 0) {
          result.textContent = "Choose an answer first.";
          return;
        }
        if (sealed) return;
        sealed = unseal(this.sealed[at].textContent);
        sealed.options.forEach((/** @type {any} */ one, /** @type {number} */ i) => {
          whys[i].innerHTML = `<strong>${one.words}</strong> ${one.why}`;
          whys[i].className = `emd-why ${LOOK[one.verdict]}`;
          whys[i].hidden = false;
        });
        inputs[chosen].closest("li").classList.add("emd-mine");
        const one = sealed.options[chosen];
        const critique = whys[chosen].textContent.slice(one.words.length + 1);
        sayResult(
          result,
          `Your choice: ${one.words.charAt(0).toLowerCase()}${one.words.slice(1)}`,
          `${critique} Every choice is explained below it.`,
        );
        behind.innerHTML = sealed.behind;
        behind.hidden = false;
        for (const field of inputs) field.disabled = true;
        if (one.verdict === "path") this.right++;
        next.hidden = false;
        // The words above must stay in sight, so the focus moves on without the page.
        next.focus({ preventScroll: true });
        check.parentElement.hidden = true;
        form.dataset.answered = one.verdict;
        store.answered("cases", this.dataset.case, sealed.node, one.verdict === "path");
        const detail = { case: this.dataset.case, node: sealed.node, verdict: one.verdict };
        form.dispatchEvent(new CustomEvent("emd:decided", { bubbles: true, detail }));
      });

      next.addEventListener("click", () => {
        const after = fragment(sealed.next);
        box.after(after);
        result.textContent = "";
        next.parentElement.hidden = true;
        if (at + 1 < this.sealed.length) this.step(after, at + 1);
        else this.end(after);
        after.querySelector(".emd-step-title").focus();
      });
    }

    /** @param {any} box */
    end(box) {
      const steps = this.sealed.length;
      box.querySelector(".emd-tally").textContent =
        `Your choice was on the pathway in ${this.right} of ${steps}${steps === 1 ? " step." : " steps."}`;
      this.dataset.done = "true";
      box.querySelector(".emd-restart").addEventListener("click", () => {
        const boxes = [...this.querySelectorAll(".emd-step")];
        const fresh = fragment(this.opening);
        boxes[0].before(fresh);
        for (const old of boxes) old.remove();
        this.right = 0;
        delete this.dataset.done;
        this.step(fresh, 0);
        /** @type {HTMLElement} */ (this.querySelector(".emd-title")).focus();
      });
    }
  }

  customElements.define("emd-case", Case);
})();
