/* <emd-linkbuilder>: builds the link that opens a chapter on a JupyterHub (by nbgitpuller) or on Binder.
   It only puts words together. Nothing is asked of any server. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-linkbuilder")) return;

  function address(text, what) {
    var made;
    try {
      made = new URL(text.trim());
    } catch (error) {
      throw new Error("The address of the " + what + " must begin with https:// and name a host.");
    }
    var local = made.hostname === "localhost" || made.hostname === "127.0.0.1";
    if (made.protocol !== "https:" && !(made.protocol === "http:" && local)) {
      throw new Error("The address of the " + what + " must begin with https://.");
    }
    return made;
  }

  function build(choice) {
    var repo = address(choice.repo, "repository");
    var path = repo.pathname.replace(/\/+$/, "").replace(/\.git$/, "");
    var folder = path.split("/").pop();
    if (!folder) throw new Error("The address of the repository must name the repository.");
    var branch = choice.branch.trim() || "main";
    if (/[\s?#%\\]|\.\./.test(branch)) throw new Error("A branch has no spaces and none of ? # % in its name.");
    var file = "notebooks/" + choice.chapter + ".ipynb";
    if (choice.where === "binder") {
      var encode = encodeURIComponent;
      var place = repo.hostname === "github.com" ? "gh" + path : "git/" + encode(repo.origin + path);
      return "https://mybinder.org/v2/" + place + "/" + encode(branch) + "?urlpath=" + encode("lab/tree/" + file);
    }
    var hub = address(choice.hub, "hub");
    var root = (hub.origin + hub.pathname).replace(/\/+$/, "").replace(/\/hub(\/home)?$/, "");
    var query = new URLSearchParams({
      repo: repo.origin + path, branch: branch, urlpath: "lab/tree/" + folder + "/" + file,
    });
    return root + "/hub/user-redirect/git-pull?" + query;
  }

  window.emdbook = Object.assign(window.emdbook || {}, { classLink: build });

  class LinkBuilder extends HTMLElement {
    connectedCallback() {
      var self = this;
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", function () { self.start(); }, { once: true });
      } else {
        this.start();
      }
    }

    start() {
      var self = this, form = this.querySelector("form");
      if (this.started || !form) return;
      this.started = true;
      this.out = this.querySelector("output");
      this.copy = this.querySelector(".emd-link-copy");
      this.said = this.querySelector("[role=status]");
      form.addEventListener("submit", function (event) { event.preventDefault(); self.make(); });
      form.addEventListener("change", function () { self.where(); });
      this.copy.addEventListener("click", function () { self.take(); });
      this.where();
      this.dataset.state = "ready";
    }

    field(name) {
      return this.querySelector("form").elements[name];
    }

    where() {
      var binder = this.field("where").value === "binder";
      this.field("hub").closest("p").hidden = binder;
      this.field("hub").required = !binder;
    }

    make() {
      try {
        var link = build({
          where: this.field("where").value, hub: this.field("hub").value, repo: this.field("repo").value,
          branch: this.field("branch").value, chapter: this.field("chapter").value,
        });
        this.out.textContent = link;
        this.copy.hidden = false;
        this.said.textContent = "The link is ready.";
      } catch (error) {
        this.out.textContent = "";
        this.copy.hidden = true;
        this.said.textContent = error.message;
      }
    }

    take() {
      var self = this, text = this.out.textContent;
      function chosen() {
        var range = document.createRange();
        range.selectNodeContents(self.out);
        window.getSelection().removeAllRanges();
        window.getSelection().addRange(range);
        self.said.textContent = "The link is marked. Copy it with Ctrl and C.";
      }
      if (!navigator.clipboard) { chosen(); return; }
      navigator.clipboard.writeText(text).then(function () { self.said.textContent = "The link was copied."; }, chosen);
    }
  }

  customElements.define("emd-linkbuilder", LinkBuilder);
})();
