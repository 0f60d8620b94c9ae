/* A deck of the book: reveal.js, and peace between its keys and the widgets. */
(function () {
  "use strict";
  var query = new URLSearchParams(window.location.search);

  // Keys pressed on a control are the control's. Page Down and Page Up, which every presenter's remote sends, turn the
  // slide from anywhere, and Escape gives the keys back to the deck.
  document.querySelector(".reveal").addEventListener("keydown", function (event) {
    var field = event.target.closest("input,select,textarea"), press = event.target.closest("button,summary,a");
    if (!field && !press) return;
    if (event.key === "PageDown" || event.key === "PageUp") {
      event.preventDefault();
      if (event.key === "PageDown") Reveal.next(); else Reveal.prev();
    } else if (event.key === "Escape") {
      event.target.blur();
    } else if (!field && event.key !== " " && event.key !== "Enter") {
      return;
    }
    event.stopPropagation();
  });

  // A setting of the lesson. A widget that stands on two slides has a second id on the second.
  document.addEventListener("click", function (event) {
    var press = event.target.closest && event.target.closest(".deck-presets button");
    if (!press) return;
    var widget = press.closest("emd-explore");
    widget.set(press.dataset.setting.replace(/^w=[^&]*/, "w=" + encodeURIComponent(widget.id)));
  });

  // After a click the arrow keys turn slides again; whoever came by Tab keeps the focus.
  document.addEventListener("click", function (event) {
    if (!event.detail || !event.target.closest) return;
    var control = event.target.closest(".emd-widget input,.emd-quiz input,.emd-widget button");
    if (control) control.blur();
  });

  var panel = document.createElement("aside");
  panel.className = "deck-notes";
  panel.hidden = true;
  panel.tabIndex = 0;
  panel.setAttribute("aria-label", "Notes of this slide");

  function fill() {
    var slide = Reveal.getCurrentSlide();
    var notes = slide && slide.querySelector("aside.notes");
    panel.innerHTML = notes ? notes.innerHTML : "<p>No notes for this slide.</p>";
    panel.querySelectorAll("[id]").forEach(function (el) { el.removeAttribute("id"); });
  }

  // What scrolls can be reached by keyboard, what does not is no stop on the way.
  function reach() {
    document.querySelectorAll("section.present figcaption").forEach(function (words) {
      if (words.scrollHeight > words.clientHeight + 1) words.tabIndex = 0;
      else words.removeAttribute("tabindex");
    });
  }

  // Words that are more than the slide holds are set smaller, as far as the last row can read them.
  function fit() {
    document.querySelectorAll(".reveal .deck").forEach(function (deck) {
      if (!deck.clientHeight) return;
      deck.style.removeProperty("--deck-fit");
      for (var size = 0.93; size > 0.6 && deck.scrollHeight > deck.clientHeight + 1; size -= 0.06)
        deck.style.setProperty("--deck-fit", size.toFixed(2));
    });
  }

  function arrive() {
    fill();
    fit();
    reach();
  }

  Reveal.initialize({
    width: 1920, height: 1080, margin: 0, minScale: 0.1, maxScale: 4, center: false,
    navigationMode: "linear", hash: !query.has("receiver"), slideNumber: "c/t", transition: "none", backgroundTransition: "none",
    pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, scrollActivationWidth: null,
    plugins: [RevealNotes],
  }).then(function () {
    // named, so that the list of keys behind "?" has it too
    Reveal.addKeyBinding({ keyCode: 78, key: "N", description: "The notes of this slide, on the slide" }, function () {
      panel.hidden = !panel.hidden;
    });
    document.querySelector(".reveal").appendChild(panel);
    arrive();
    Reveal.on("slidechanged", arrive);
    document.addEventListener("emd:shown", function () { fit(); reach(); });
    document.fonts.ready.then(arrive);
    // A figure that appears as a fragment is read aloud with its slide; boxes that scroll can be reached.
    document.querySelectorAll(".deck-scroll").forEach(function (box) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Scrolls when long");
    });
    document.documentElement.dataset.deck = "ready";
  });
})();
