/* ?lesson=09: the slides of one lesson in the order of its plan, and the plan in the notes. Runs before anything else
   on the page looks at a slide. */
(function () {
  "use strict";
  var asked = new URLSearchParams(window.location.search).get("lesson");
  var found = [...document.querySelectorAll("template.deck-lesson")].filter(function (one) {
    return one.dataset.lesson === asked;
  })[0];
  if (!found) return;
  var root = document.querySelector(".slides"), used = new Set(), made = [];

  // A slide that comes twice, such as a question before and after, is a second one with ids of its own.
  function slide(id) {
    var one = document.getElementById(id);
    if (!used.has(id)) {
      used.add(id);
      return one;
    }
    one = one.cloneNode(true);
    [one, ...one.querySelectorAll("[id]")].forEach(function (el) { el.id += "-again"; });
    one.querySelectorAll("[for],[aria-labelledby],[aria-describedby]").forEach(function (el) {
      ["for", "aria-labelledby", "aria-describedby"].forEach(function (name) {
        if (el.hasAttribute(name)) el.setAttribute(name, el.getAttribute(name).trim().split(/\s+/).join("-again ") + "-again");
      });
    });
    return one;
  }

  // A step that needs no slide of the deck has its words on one of its own.
  function plain(step) {
    var one = document.createElement("section");
    one.innerHTML = '<div class="deck deck-plain deck-text"><div class="deck-words"><h2></h2><div class="deck-text deck-asked"><p></p>' +
      "</div></div></div>";
    one.querySelector("h2").textContent = step.dataset.title;
    one.querySelector("p").textContent = step.dataset.words;
    return one;
  }

  [...found.content.children].forEach(function (step) {
    var own = step.dataset.slides.split(" ").filter(Boolean).map(slide);
    if (!own.length || step.dataset.words) own.push(plain(step));
    own.forEach(function (one, i) {
      var notes = one.querySelector(":scope > aside.notes");
      if (!notes) {
        notes = document.createElement("aside");
        notes.className = "notes";
        one.append(notes);
      }
      if (!i) notes.prepend(document.importNode(step.firstElementChild, true));
      made.push(one);
    });
  });
  root.querySelectorAll(":scope > section").forEach(function (one) { one.remove(); });
  root.prepend(...made);
})();
