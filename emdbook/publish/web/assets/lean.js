/* Small replacements for what the theme takes from a library: menus that close, drop-downs in print. */
(function () {
  "use strict";
  // From a file there is no fetch: a search still finds pages, without the excerpt.
  if (window.location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  function ready(act) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
    else act();
  }

  ready(function () {
    var menus = document.querySelectorAll("details.dropdown");
    document.addEventListener("click", function (event) {
      menus.forEach(function (menu) {
        if (!menu.contains(event.target) || event.target.closest(".dropdown-item")) menu.open = false;
      });
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") return;
      menus.forEach(function (menu) {
        if (!menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    });

    // On a phone the contents lie over the page: a link to a place in it uncovers that place.
    document.querySelectorAll("#pst-primary-sidebar-modal, #pst-secondary-sidebar-modal")
      .forEach(function (dialog) {
        dialog.addEventListener("click", function (event) {
          var link = event.target.closest("a[href^='#']");
          if (link && dialog.open) window.setTimeout(function () { dialog.close(); }, 0);
        });
      });

    // A drop-down is printed open, and closed again afterwards.
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.from(document.querySelectorAll("details.emd-fold:not([open])"));
      opened.forEach(function (part) { part.open = true; });
    });
    window.addEventListener("afterprint", function () {
      opened.forEach(function (part) { part.open = false; });
      opened = [];
    });

    // A link into a closed drop-down opens it.
    function reveal() {
      var id = decodeURIComponent(window.location.hash.slice(1));
      var target = id && document.getElementById(id);
      var part = target && target.closest("details:not([open])");
      if (part) { part.open = true; target.scrollIntoView(); }
    }
    window.addEventListener("hashchange", reveal);
    try { reveal(); } catch (error) { /* an address that is no valid escape names nothing here */ }
  });
})();
