/* <emd-quiz>: native radio buttons and checkboxes; answers stay sealed until a reader checks. Nothing leaves the page. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-quiz")) return;

  var STORE = "emdbook.progress";
  var ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  function unseal(text) {
    return JSON.parse(text.replace(/[a-z0-9]/gi, function (c) { return ALPHABET[(ALPHABET.indexOf(c) + 31) % 62]; }));
  }

  function remember(shelf, set, question, correct) {
    try {
      var kept = JSON.parse(window.localStorage.getItem(STORE) || "{}") || {};
      var all = (kept[shelf] = kept[shelf] || {});
      var one = (all[set] = all[set] || {});
      var before = one[question] || { correct: false, tries: 0 };
      one[question] = { correct: before.correct || correct, tries: before.tries + 1 };
      window.localStorage.setItem(STORE, JSON.stringify(kept));
    } catch (error) {
      /* storage is off, full or holds something else (private windows, file://): the quiz works without a memory */
    }
  }

  // The teaching cases use the same seal and the same memory.
  window.emdbook = Object.assign(window.emdbook || {}, { unseal: unseal, remember: remember });

  class Quiz extends HTMLElement {
    connectedCallback() {
      var self = this;
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", function () { self.start(); }, { once: true });
      } else {
        this.start();
      }
    }

    start() {
      var self = this;
      if (this.started || !this.querySelector("form")) return;
      this.started = true;
      this.querySelectorAll("form.emd-question").forEach(function (form) { self.question(form); });
      this.dataset.state = "ready";
    }

    question(form) {
      var self = this;
      var inputs = Array.from(form.querySelectorAll("input"));
      var whys = Array.from(form.querySelectorAll(".emd-why"));
      var check = form.querySelector(".emd-check"), again = form.querySelector(".emd-again");
      var all = form.querySelector(".emd-all"), result = form.querySelector(".emd-result");
      var more = form.querySelector(".emd-more");
      var multiple = inputs[0].type === "checkbox";

      function explain(sealed, which) {
        whys.forEach(function (why, i) {
          if (!which(i)) return;
          var one = sealed.options[i];
          why.innerHTML = "<strong>" + (one.correct ? "Correct. " : "Not correct. ") + "</strong>" + one.why;
          why.className = "emd-why " + (one.correct ? "emd-right" : "emd-wrong");
          why.hidden = false;
        });
      }

      form.addEventListener("submit", function (event) {
        event.preventDefault();
        var chosen = inputs.map(function (el) { return el.checked; });
        if (!chosen.some(Boolean)) {
          result.textContent = "Choose an answer first.";
          return;
        }
        var sealed = unseal(form.querySelector(".emd-sealed").textContent);
        var correct = sealed.options.every(function (one, i) { return one.correct === chosen[i]; });
        explain(sealed, function (i) { return chosen[i]; });
        var words = correct ? "Correct." : multiple ? "Not quite: " + tally(sealed, chosen) : "Not correct.";
        result.textContent = words;
        // Read aloud with the result; on the screen it stands below the option.
        var aloud = document.createElement("span");
        aloud.className = "emd-unseen";
        aloud.textContent = " " + whys.filter(function (_, i) { return chosen[i]; })
          .map(function (why) { return why.textContent.replace(/^(Not c|C)orrect\. /, ""); }).join(" ");
        result.appendChild(aloud);
        result.className = "emd-result " + (correct ? "emd-right" : "emd-wrong");
        inputs.forEach(function (el) { el.disabled = true; });
        again.hidden = all.hidden = false;
        if (document.activeElement === check || form.contains(document.activeElement)) again.focus();
        check.hidden = true;
        form.dataset.answered = correct ? "correct" : "wrong";
        remember("quiz", self.dataset.set, form.dataset.question, correct);
        form.dispatchEvent(new CustomEvent("emd:answered", {
          bubbles: true,
          detail: { set: self.dataset.set, question: form.dataset.question, correct: correct },
        }));
      });

      all.addEventListener("click", function () {
        var sealed = unseal(form.querySelector(".emd-sealed").textContent);
        explain(sealed, function () { return true; });
        more.innerHTML = "<strong>Objective:</strong> " + sealed.objective;
        more.appendChild(document.createTextNode(" Source: " + sealed.source + "."));
        more.hidden = false;
        again.focus();
        all.hidden = true;
        result.textContent = "Every option is explained below the option.";
      });

      again.addEventListener("click", function () {
        inputs.forEach(function (el) { el.disabled = false; el.checked = false; });
        whys.forEach(function (why) { why.hidden = true; why.textContent = ""; });
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

  function tally(sealed, chosen) {
    var right = 0, missed = 0, wrong = 0;
    sealed.options.forEach(function (one, i) {
      if (one.correct && chosen[i]) right++;
      else if (one.correct) missed++;
      else if (chosen[i]) wrong++;
    });
    return right + " right, " + wrong + " wrong, " + missed + " missed.";
  }

  customElements.define("emd-quiz", Quiz);
})();
