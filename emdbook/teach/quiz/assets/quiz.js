/* <emd-quiz>: native radio buttons and checkboxes; answers stay sealed until a reader checks. Nothing leaves the page. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-quiz")) return;
  const { Block, el, failed, store } = window.emdbook;

  const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  /**
   * What was sealed when the book was built. The teaching cases and the test use the same seal.
   * @param {string} text
   */
  function unseal(text) {
    return JSON.parse(text.replace(/[a-z0-9]/gi, (c) => ALPHABET[(ALPHABET.indexOf(c) + 31) % 62]));
  }

  /**
   * The result of an answer, and for the ear alone what stands below the option: put there at once, or it is read twice.
   * @param {Element} box
   * @param {string} words
   * @param {string} aloud
   */
  function say(box, words, aloud) {
    const unseen = el("span", ` ${aloud}`);
    unseen.className = "emd-unseen";
    box.replaceChildren(words, unseen);
  }

  window.emdbook = Object.assign(window.emdbook, { unseal, sayResult: say });

  class Quiz extends Block {
    static needs = "form";

    start() {
      for (const form of this.querySelectorAll("form.emd-question")) {
        try {
          this.question(form);
        } catch (error) {
          failed(form, "This question could not be read. The others work.", error);
        }
      }
    }

    /** @param {any} form */
    question(form) {
      const inputs = [...form.querySelectorAll("input")];
      const whys = [...form.querySelectorAll(".emd-why")];
      const [check, again, all, result, more] = ["check", "again", "all", "result", "more"].map((name) =>
        form.querySelector(`.emd-${name}`),
      );
      const multiple = inputs[0].type === "checkbox";
      const open = () => unseal(form.querySelector(".emd-sealed").textContent);
      open(); // a damaged one is told now, not when somebody has thought about it

      /** @param {any} sealed @param {(i: number) => boolean} which */
      function explain(sealed, which) {
        whys.forEach((why, i) => {
          if (!which(i)) return;
          const one = sealed.options[i];
          why.innerHTML = `<strong>${one.correct ? "Correct. " : "Not correct. "}</strong>${one.why}`;
          why.className = `emd-why ${one.correct ? "emd-right" : "emd-wrong"}`;
          why.hidden = false;
        });
      }

      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        const chosen = inputs.map((field) => field.checked);
        if (!chosen.some(Boolean)) {
          result.textContent = "Choose an answer first.";
          return;
        }
        const sealed = open();
        const correct = sealed.options.every(
          (/** @type {any} */ one, /** @type {number} */ i) => one.correct === chosen[i],
        );
        explain(sealed, (i) => chosen[i]);
        const reasons = whys
          .filter((_, i) => chosen[i])
          .map((why) => why.textContent.replace(/^(Not c|C)orrect\. /, ""));
        say(
          result,
          correct ? "Correct." : multiple ? `Not quite: ${tally(sealed, chosen)}` : "Not correct.",
          reasons.join(" "),
        );
        result.className = `emd-result ${correct ? "emd-right" : "emd-wrong"}`;
        for (const field of inputs) field.disabled = true;
        again.hidden = all.hidden = false;
        if (form.contains(document.activeElement)) again.focus();
        check.hidden = true;
        form.dataset.answered = correct ? "correct" : "wrong";
        const detail = { set: this.dataset.set, question: form.dataset.question, correct };
        store.answered("quiz", detail.set, detail.question, correct);
        form.dispatchEvent(new CustomEvent("emd:answered", { bubbles: true, detail }));
      });

      all.addEventListener("click", () => {
        const sealed = open();
        explain(sealed, () => true);
        more.innerHTML = `<strong>Objective:</strong> ${sealed.objective}`;
        more.append(` Source: ${sealed.source}.`);
        more.hidden = false;
        again.focus();
        all.hidden = true;
        result.textContent = "Every option is explained below the option.";
      });

      again.addEventListener("click", () => {
        for (const field of inputs) field.disabled = field.checked = false;
        for (const why of whys) {
          why.hidden = true;
          why.textContent = "";
        }
        more.hidden = true;
        more.textContent = "";
        result.textContent = "";
        result.className = "emd-result";
        delete form.dataset.answered;
        check.hidden = false;
        inputs[0].focus();
        again.hidden = all.hidden = true;
      });
    }
  }

  /** @param {any} sealed @param {boolean[]} chosen */
  function tally(sealed, chosen) {
    const count = (/** @type {(one: any, i: number) => boolean} */ test) => sealed.options.filter(test).length;
    const right = count((one, i) => one.correct && chosen[i]);
    const wrong = count((one, i) => !one.correct && chosen[i]);
    return `${right} right, ${wrong} wrong, ${count((one) => one.correct) - right} missed.`;
  }

  customElements.define("emd-quiz", Quiz);
})();
