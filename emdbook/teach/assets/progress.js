/* <emd-progress>: how far this reader has come, from what the questions keep in this browser. Nothing leaves it. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-progress")) return;

  var STORE = "emdbook.progress";

  function el(name, text, parent) {
    var made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function has(thing, key) {
    return Boolean(thing) && typeof thing === "object" && Object.prototype.hasOwnProperty.call(thing, key);
  }

  function plural(n, one, many) {
    return n + " " + (n === 1 ? one : many);
  }

  class Progress extends HTMLElement {
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
      if (this.started) return;
      this.started = true;
      this.known = JSON.parse(this.querySelector("script").textContent);
      this.body = this.querySelector(".emd-progress-body");
      this.said = this.querySelector(".emd-progress-said");
      this.show();
      // Coming back with the browser's own button, or answering in another tab.
      window.addEventListener("pageshow", function (event) { if (event.persisted) self.show(); });
      window.addEventListener("storage", function (event) {
        if (event.key === null || event.key === STORE) self.show();
      });
      this.dataset.state = "ready";
    }

    read() {
      var text;
      try {
        text = window.localStorage.getItem(STORE);
        window.localStorage.setItem(STORE, text === null ? "{}" : text); // a browser may read and refuse to write
        if (text === null) window.localStorage.removeItem(STORE);
      } catch (error) {
        return null;
      }
      try {
        return JSON.parse(text) || {};
      } catch (error) {
        return {};
      }
    }

    show() {
      var kept = this.read(), body = this.body;
      body.textContent = "";
      if (kept === null) {
        el("p", "This browser keeps nothing for this page, so progress cannot be shown. The questions work all the same.",
          body);
        return;
      }
      var quiz = has(kept, "quiz") ? kept.quiz : {}, answered = 0, total = 0, finished = 0;
      var rows = this.known.chapters.map(function (chapter) {
        var done = chapter.questions.filter(function (id) {
          return has(quiz, chapter.set) && has(quiz[chapter.set], id);
        }).length;
        answered += done;
        total += chapter.questions.length;
        if (done === chapter.questions.length) finished++;
        return { chapter: chapter, done: done, of: chapter.questions.length };
      });
      var cases = this.known.cases.filter(function (id) {
        return has(kept, "cases") && has(kept.cases, id);
      }).length;
      var tests = ["pretest", "posttest"].map(function (name) {
        return has(kept, "tests") && has(kept.tests, name) ? kept.tests[name].result : undefined;
      });
      if (!answered && !cases && !tests[0] && !tests[1]) {
        el("p", "Nothing answered yet. Answers to the questions of a chapter are counted here, in this browser only.", body);
        return;
      }
      el("p", answered + " of " + plural(total, "question", "questions") + " answered, " +
        finished + " of " + plural(rows.length, "chapter", "chapters") + " finished" +
        (cases ? ", " + cases + " of " + plural(this.known.cases.length, "case", "cases") + " begun" : "") + ".", body);
      if (tests[0] || tests[1]) {
        el("p", "Test of twenty: " + tests.map(function (one, i) {
          return one ? ["before ", "after "][i] + one.right + " of " + one.of : "";
        }).filter(Boolean).join(", ") + ".", body);
      }
      var list = el("ol", undefined, el("details", undefined, body));
      list.parentNode.insertBefore(el("summary", "Chapter by chapter"), list);
      rows.forEach(function (row) {
        var item = el("li", undefined, list);
        item.value = row.chapter.number;
        var link = el("a", row.chapter.title, item);
        link.href = row.chapter.href;
        var words = row.done === row.of ? "finished" : row.done + " of " + row.of;
        el("span", " " + words, item).className = row.done === row.of ? "emd-progress-done" : "";
      });
      this.eraser(body);
    }

    eraser(body) {
      var self = this;
      var erase = el("button", "Erase my progress", body), ask = el("p", undefined, body);
      erase.type = "button";
      ask.hidden = true;
      el("span", "Erase every answer that this browser keeps? ", ask);
      var yes = el("button", "Erase", ask), no = el("button", "Keep", ask);
      yes.type = no.type = "button";
      erase.addEventListener("click", function () {
        erase.hidden = true;
        ask.hidden = false;
        self.said.textContent = "";
        yes.focus();
      });
      no.addEventListener("click", function () {
        ask.hidden = true;
        erase.hidden = false;
        erase.focus();
      });
      yes.addEventListener("click", function () {
        try {
          window.localStorage.removeItem(STORE);
          self.show();
          self.said.textContent = "Your progress was erased.";
        } catch (error) {
          self.said.textContent = "This browser did not let the page erase it.";
        }
        self.said.tabIndex = -1;
        self.said.focus();
      });
    }
  }

  customElements.define("emd-progress", Progress);
})();
