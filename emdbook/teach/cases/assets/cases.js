/* <emd-case>: a patient, a choice, the critique of every choice, the next step. Needs quiz.js before it. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-case")) return;

  var LOOK = { path: "emd-path", arguable: "emd-arguable", against: "emd-against" };

  function fragment(html) {
    var made = document.createElement("template");
    made.innerHTML = html;
    return made.content.firstElementChild;
  }

  class Case extends HTMLElement {
    connectedCallback() {
      var self = this;
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", function () { self.start(); }, { once: true });
      } else {
        this.start();
      }
    }

    start() {
      var first = this.querySelector(".emd-step");
      if (this.started || !first) return;
      this.started = true;
      this.sealed = Array.from(this.querySelectorAll(".emd-sealed"));
      this.opening = first.outerHTML;
      this.right = 0;
      this.step(first, 0);
      this.dataset.state = "ready";
    }

    step(box, at) {
      var self = this, form = box.querySelector("form");
      var inputs = Array.from(form.querySelectorAll("input"));
      var whys = Array.from(form.querySelectorAll(".emd-why"));
      var check = form.querySelector(".emd-check"), next = form.querySelector(".emd-next");
      var result = form.querySelector(".emd-result"), behind = form.querySelector(".emd-behind");
      var sealed = null;

      form.addEventListener("submit", function (event) {
        event.preventDefault();
        var chosen = inputs.findIndex(function (el) { return el.checked; });
        if (chosen < 0) {
          result.textContent = "Choose an answer first.";
          return;
        }
        if (sealed) return;
        sealed = window.emdbook.unseal(self.sealed[at].textContent);
        sealed.options.forEach(function (one, i) {
          whys[i].innerHTML = "<strong>" + one.words + "</strong> " + one.why;
          whys[i].className = "emd-why " + LOOK[one.verdict];
          whys[i].hidden = false;
        });
        inputs[chosen].closest("li").classList.add("emd-mine");
        var one = sealed.options[chosen];
        result.textContent = "Your choice: " + one.words.charAt(0).toLowerCase() + one.words.slice(1);
        // Read aloud with the result; on the screen it stands below the option.
        var aloud = document.createElement("span");
        aloud.className = "emd-unseen";
        aloud.innerHTML = " " + one.why + " Every choice is explained below it.";
        result.appendChild(aloud);
        behind.innerHTML = sealed.behind;
        behind.hidden = false;
        inputs.forEach(function (el) { el.disabled = true; });
        if (one.verdict === "path") self.right++;
        next.hidden = false;
        // The words above must stay in sight, so the focus moves on without the page.
        next.focus({ preventScroll: true });
        check.parentElement.hidden = true;
        form.dataset.answered = one.verdict;
        window.emdbook.remember("cases", self.dataset.case, sealed.node, one.verdict === "path");
        form.dispatchEvent(new CustomEvent("emd:decided", {
          bubbles: true,
          detail: { case: self.dataset.case, node: sealed.node, verdict: one.verdict },
        }));
      });

      next.addEventListener("click", function () {
        var after = fragment(sealed.next);
        box.after(after);
        result.textContent = "";
        next.parentElement.hidden = true;
        if (at + 1 < self.sealed.length) self.step(after, at + 1);
        else self.end(after);
        after.querySelector(".emd-step-title").focus();
      });
    }

    end(box) {
      var self = this, steps = this.sealed.length;
      box.querySelector(".emd-tally").textContent =
        "Your choice was on the pathway in " + this.right + " of " + steps + (steps === 1 ? " step." : " steps.");
      this.dataset.done = "true";
      box.querySelector(".emd-restart").addEventListener("click", function () {
        var boxes = Array.from(self.querySelectorAll(".emd-step")), fresh = fragment(self.opening);
        boxes[0].before(fresh);
        boxes.forEach(function (old) { old.remove(); });
        self.right = 0;
        delete self.dataset.done;
        self.step(fresh, 0);
        self.querySelector(".emd-title").focus();
      });
    }
  }

  customElements.define("emd-case", Case);
})();
