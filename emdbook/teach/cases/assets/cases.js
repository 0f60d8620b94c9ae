/* <emd-case>: a patient, a choice, what follows from it, and on. A wrong choice has a sequel that leads back. Needs
   quiz.js before it. */
(() => {
  if (!window.emdbook?.unseal || customElements.get("emd-case")) return;
  const { Block, store, unseal, sayResult } = window.emdbook;

  /** @type {Record<string, string>} */
  const LOOK = { right: "emd-path", also: "emd-arguable", wrong: "emd-against" };

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
    /** Turns that were decided, and those of them that were wrong at first. */
    decided = new Set();
    missed = new Set();
    opening = "";

    static needs = ".emd-step";

    start() {
      for (const one of this.querySelectorAll(".emd-sealed")) unseal(one.textContent); // a case is whole, or is not begun
      const first = /** @type {HTMLElement} */ (this.querySelector(".emd-step"));
      this.opening = first.outerHTML;
      this.begin(first);
    }

    /** @param {string} id */
    open(id) {
      return unseal(this.piece(`.emd-sealed[data-turn="${id}"]`).textContent);
    }

    /** @param {any} box the turn that stands open now */
    begin(box) {
      const form = box.querySelector("form");
      const next = box.querySelector(".emd-next");
      if (!form) {
        next.addEventListener("click", () => this.go(box, this.open(box.dataset.turn).next));
        return;
      }
      const inputs = [...form.querySelectorAll("input")];
      const whys = [...form.querySelectorAll(".emd-why")];
      const [check, result] = ["check", "result"].map((name) => form.querySelector(`.emd-${name}`));
      const turn = box.dataset.turn;
      let after = "";

      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        const chosen = inputs.findIndex((field) => field.checked);
        if (chosen < 0) {
          result.textContent = "Choose an answer first.";
          return;
        }
        if (after) return;
        const { options } = this.open(turn);
        const one = options[chosen];
        after = one.next;
        const good = one.verdict !== "wrong";
        // After a wrong choice the others stay closed: the reader comes back to them.
        options.forEach((/** @type {any} */ other, /** @type {number} */ i) => {
          if (!good && i !== chosen) return;
          whys[i].innerHTML = `<strong>${other.words}</strong> ${other.why}`;
          whys[i].className = `emd-why ${LOOK[other.verdict]}`;
          whys[i].hidden = false;
        });
        inputs[chosen].closest("li").classList.add("emd-mine");
        const critique = whys[chosen].textContent.slice(one.words.length + 1);
        const words = `Your choice: ${one.words.charAt(0).toLowerCase()}${one.words.slice(1)}`;
        sayResult(result, words, `${critique} ${good ? "Every choice is explained below it." : ""}`.trim());
        for (const field of inputs) field.disabled = true;
        next.textContent = good ? "Go on" : "See what follows";
        next.hidden = false;
        // The words above must stay in sight, so the focus moves on without the page.
        next.focus({ preventScroll: true });
        check.parentElement.hidden = true;
        form.dataset.answered = one.verdict;
        this.decided.add(turn);
        if (!good) this.missed.add(turn);
        store.answered("cases", this.dataset.case, turn, good);
        const detail = { case: this.dataset.case, turn, verdict: one.verdict };
        form.dispatchEvent(new CustomEvent("emd:decided", { bubbles: true, detail }));
      });

      next.addEventListener("click", () => {
        result.textContent = "";
        this.go(box, after);
      });
    }

    /** @param {any} box @param {string} id */
    go(box, id) {
      // A turn that comes again stands anew at the end; names of its fields belong to the one that is open.
      for (const old of this.querySelectorAll(`.emd-step[data-turn="${id}"]`)) {
        for (const named of old.querySelectorAll("[id]")) named.removeAttribute("id");
        old.removeAttribute("aria-labelledby");
        for (const field of old.querySelectorAll("input")) field.removeAttribute("name");
      }
      const first = /** @type {HTMLElement} */ (this.querySelector(".emd-step")).dataset.turn === id;
      const after = fragment(first ? this.opening : this.open(id).html);
      box.querySelector(".emd-next").parentElement.hidden = true;
      /** @type {Element} */ (box).after(after);
      if (id === "end") this.end(after);
      else this.begin(after);
      after.querySelector(".emd-step-title").focus();
    }

    /** @param {any} box */
    end(box) {
      const [all, wrong] = [this.decided.size, this.missed.size];
      const detours = wrong === 0 ? "none of them by a detour" : `${wrong} of them by a detour`;
      box.querySelector(".emd-tally").textContent =
        `You made ${all} ${all === 1 ? "decision" : "decisions"}, ${detours}.`;
      this.dataset.done = "true";
      box.querySelector(".emd-restart").addEventListener("click", () => {
        const boxes = [...this.querySelectorAll(".emd-step")];
        const fresh = fragment(this.opening);
        boxes[0].before(fresh);
        for (const old of boxes) old.remove();
        this.decided.clear();
        this.missed.clear();
        delete this.dataset.done;
        this.begin(fresh);
        /** @type {HTMLElement} */ (this.querySelector(".emd-title")).focus();
      });
    }
  }

  customElements.define("emd-case", Case);
})();
