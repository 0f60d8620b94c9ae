/* <emd-selftest>: twenty questions, each with how sure the reader is. Everything stays in this browser. Needs quiz.js. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-selftest")) return;

  var STORE = "emdbook.progress", SURE = ["Sure", "Fairly sure", "Guessing"];

  function load() {
    try {
      var kept = JSON.parse(window.localStorage.getItem(STORE) || "{}");
      return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch (error) {
      return {};
    }
  }

  function keep(round, change) {
    try {
      var kept = load();
      var tests = (kept.tests = kept.tests || {});
      change((tests[round] = tests[round] || {}));
      window.localStorage.setItem(STORE, JSON.stringify(kept));
    } catch (error) {
      /* storage is off or full: the test works without a memory */
    }
  }

  function last(round) {
    var tests = load().tests || {};
    return tests[round] && tests[round].result;
  }

  function el(name, text, parent) {
    var made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function marked(inputs) {
    return inputs.findIndex(function (input) { return input.checked; });
  }

  class SelfTest extends HTMLElement {
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
      var form = this.querySelector("form");
      if (this.started || !form) return;
      this.started = true;
      this.round = this.dataset.round;
      this.explains = this.dataset.explains === "true";
      this.chapters = JSON.parse(this.querySelector(".emd-chapters").textContent);
      this.items = Array.from(this.querySelectorAll(".emd-question")).map(function (node, i) {
        return {
          node: node, number: i + 1, id: node.dataset.question, chapter: node.dataset.chapter,
          answers: Array.from(node.querySelectorAll(".emd-answer input")),
          sure: Array.from(node.querySelectorAll(".emd-sure input")),
        };
      });
      form.addEventListener("submit", function (event) { event.preventDefault(); self.finish(); });
      form.addEventListener("change", function () { self.draft(); });
      this.querySelector(".emd-anew").addEventListener("click", function () { self.anew(); });
      this.recall();
      this.dataset.state = "ready";
    }

    recall() {
      var tests = load().tests || {}, one = tests[this.round] || {};
      var draft = one.draft || {};
      this.items.forEach(function (item) {
        var kept = draft[item.id];
        if (!Array.isArray(kept)) return;
        if (item.answers[kept[0]]) item.answers[kept[0]].checked = true;
        if (item.sure[kept[1]]) item.sure[kept[1]].checked = true;
      });
      var line = this.querySelector(".emd-last"), before = one.result;
      if (before) {
        line.textContent = "Your last result in this browser, on " + before.day + ": " + before.right + " of " +
          before.of + ".";
        line.hidden = false;
      }
    }

    draft() {
      var items = this.items;
      keep(this.round, function (one) {
        one.draft = {};
        items.forEach(function (item) {
          var kept = [marked(item.answers), marked(item.sure)];
          if (kept[0] >= 0 || kept[1] >= 0) one.draft[item.id] = kept;
        });
      });
    }

    finish() {
      var said = this.querySelector(".emd-result");
      var open = this.items.filter(function (item) { return marked(item.answers) < 0 || marked(item.sure) < 0; });
      if (open.length) {
        said.textContent = (open.length === 1 ? "One question needs" : open.length + " questions need") +
          " an answer and how sure you are: " + open.map(function (item) { return item.number; }).join(", ") + ".";
        var first = open[0];
        (marked(first.answers) < 0 ? first.answers : first.sure)[0].focus();
        return;
      }
      var unseal = window.emdbook.unseal, explains = this.explains;
      var table = SURE.map(function () { return { n: 0, right: 0 }; }), right = 0, missed = {};
      this.items.forEach(function (item) {
        var sealed = unseal(item.node.querySelector(".emd-sealed").textContent);
        var chosen = marked(item.answers), good = sealed.correct[chosen];
        var row = table[marked(item.sure)];
        row.n++;
        if (good) { row.right++; right++; } else { missed[item.chapter] = true; }
        item.answers.concat(item.sure).forEach(function (input) { input.disabled = true; });
        if (explains) {
          item.node.querySelectorAll(".emd-why").forEach(function (why, i) {
            why.innerHTML = "<strong>" + (sealed.correct[i] ? "Correct. " : "Not correct. ") + "</strong>" + sealed.why[i];
            why.className = "emd-why " + (sealed.correct[i] ? "emd-right" : "emd-wrong");
            why.hidden = false;
          });
          item.node.dataset.answered = good ? "correct" : "wrong";
        }
      });
      var before = last("pretest");
      var result = {
        day: new Date().toISOString().slice(0, 10), right: right, of: this.items.length,
        sure: table.map(function (row) { return [row.right, row.n]; }),
      };
      keep(this.round, function (one) { one.result = result; delete one.draft; });
      this.report(result, missed, this.round === "posttest" ? before : undefined);
      said.textContent = right + " of " + this.items.length + " are right. The result stands below the questions.";
      this.querySelector(".emd-finish").hidden = true;
      this.querySelector(".emd-anew").hidden = false;
      this.querySelector(".emd-report").focus();
    }

    report(result, missed, before) {
      var box = this.querySelector(".emd-report");
      box.textContent = "";
      el("p", "Your score: " + result.right + " of " + result.of + ".", box).className = "emd-score";
      if (before) {
        el("p", "Before you read, on " + before.day + ", it was " + before.right + " of " + before.of + ".", box);
      }
      var table = el("table", undefined, box);
      el("caption", "How often you were right, by how sure you were", table);
      var head = el("tr", undefined, el("thead", undefined, table));
      ["You said", "Answers", "Right"].forEach(function (word) { el("th", word, head).scope = "col"; });
      var body = el("tbody", undefined, table);
      SURE.forEach(function (word, i) {
        var row = el("tr", undefined, body), one = result.sure[i];
        el("th", word, row).scope = "row";
        el("td", String(one[1]), row);
        el("td", one[1] ? one[0] + " (" + Math.round(100 * one[0] / one[1]) + "%)" : "none", row);
      });
      el("p", verdict(result), box);
      var read = this.chapters.filter(function (chapter) { return missed[chapter.id]; });
      if (read.length) {
        el("p", this.explains ? "Chapters worth another look:" : "Chapters to read with most profit:", box);
        var list = el("ul", undefined, box);
        read.forEach(function (chapter) {
          var link = el("a", chapter.number + ". " + chapter.title, el("li", undefined, list));
          link.href = chapter.href;
        });
      }
      el("p", this.explains ? "Every option is explained above." :
        "The answers stay closed until the test after the book, so that it can show what you have learnt.", box);
      box.hidden = false;
    }

    anew() {
      keep(this.round, function (one) { delete one.draft; });
      this.items.forEach(function (item) {
        item.answers.concat(item.sure).forEach(function (input) { input.disabled = false; input.checked = false; });
        item.node.querySelectorAll(".emd-why").forEach(function (why) { why.hidden = true; why.textContent = ""; });
        delete item.node.dataset.answered;
      });
      this.querySelector(".emd-report").hidden = true;
      this.querySelector(".emd-result").textContent = "";
      this.querySelector(".emd-finish").hidden = false;
      this.querySelector(".emd-anew").hidden = true;
      this.recall();
      this.items[0].answers[0].focus();
    }
  }

  function verdict(result) {
    var sure = result.sure[0], guess = result.sure[2];
    if (!sure[1]) return "You were never sure. Guessing among four options is right about one time in four.";
    var words = "When you were sure you were right " + sure[0] + " of " + sure[1] + " times. ";
    if (sure[1] < 3) return words + "That is too few to say how well you know what you know.";
    if (sure[0] === sure[1]) words += "Your certainty could be trusted. ";
    else if (sure[0] >= 0.8 * sure[1]) words += "Your certainty was nearly justified. ";
    else words += "You were surer than you had reason to be. ";
    if (guess[1] > 2 && guess[0] > 0.5 * guess[1]) words += "Where you guessed you knew more than you thought.";
    return words.trim();
  }

  customElements.define("emd-selftest", SelfTest);
})();
