/* <emd-explore>: native controls over states that were drawn when the book was built. No framework, no request. */
(function () {
  "use strict";
  if (!("customElements" in window) || customElements.get("emd-explore")) return;

  var NO_STREAM =
    "This browser cannot unpack the other settings of this figure. It shows the setting the widget starts from.";
  var DAMAGED =
    "The other settings of this figure could not be read. It shows the setting the widget starts from.";

  function inflate(text) {
    if (typeof DecompressionStream === "undefined") return Promise.reject(new Error(NO_STREAM));
    return Promise.resolve()
      .then(function () {
        var raw = atob(text.trim());
        var bytes = new Uint8Array(raw.length);
        for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
        return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
      })
      .then(JSON.parse)
      .catch(function () {
        throw new Error(DAMAGED);
      });
  }

  function take(data, coded) {
    var out = [], at = 0;
    for (var i = 0; i < coded.length; i += 2) {
      at += coded[i];
      for (var k = 0; k < coded[i + 1]; k++) out.push(data.p[at++]);
    }
    return out;
  }

  function csvCell(text) {
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function parseHash() {
    var text = window.location.hash.replace(/^#/, "");
    if (text.slice(0, 2) !== "w=") return null;
    var found = new Map();
    text.split("&").forEach(function (part) {
      var cut = part.indexOf("=");
      if (cut < 0) return;
      try {
        found.set(decodeURIComponent(part.slice(0, cut)), decodeURIComponent(part.slice(cut + 1)));
      } catch (error) {
        /* a damaged escape in a pasted address: leave that setting at its start */
      }
    });
    return found;
  }

  class Explore extends HTMLElement {
    connectedCallback() {
      if (this.started) return;
      var self = this;
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", function () { self.start(); }, { once: true });
      } else {
        this.start();
      }
    }

    disconnectedCallback() {
      if (this.onHash) window.removeEventListener("hashchange", this.onHash);
    }

    start() {
      var self = this;
      var frames = this.querySelector("script.emd-frames");
      if (this.started || !frames) return;
      this.started = true;
      this.spec = JSON.parse(this.dataset.spec);
      this.form = this.querySelector("form.emd-controls");
      this.box = this.querySelector(".emd-svg");
      this.caption = this.querySelector("figcaption");
      this.status = this.querySelector("[role=status]");
      this.spec.forEach(function (control) {
        control.root = self.form.querySelector('[data-name="' + control.name + '"]');
        control.inputs = Array.from(control.root.querySelectorAll("input,select"));
      });
      this.state = this.startState();
      this.shown = this.index(this.state);
      this.write();
      this.listen();
      // Unpacked after the first paint, or at once when a reader is quicker.
      this.ready = new Promise(function (resolve, reject) {
        var go = function () { inflate(frames.textContent).then(resolve, reject); };
        if (window.requestIdleCallback) window.requestIdleCallback(go, { timeout: 300 });
        else window.setTimeout(go, 50);
      }).then(function (data) {
        self.data = data;
        self.dataset.state = "ready";
        if (self.index(self.state) !== self.shown) self.show();
      }, function (error) { self.fail(error.message); });
      this.onHash = function () { self.follow(); };
      window.addEventListener("hashchange", this.onHash);
      this.follow();
    }

    fail(sentence) {
      var box = this.querySelector(".emd-failure");
      box.textContent = sentence;
      box.setAttribute("role", "alert");
      box.hidden = false;
      this.state = this.startState();
      this.write();
      this.form.querySelectorAll("input,select,button").forEach(function (el) { el.disabled = true; });
      this.querySelector(".emd-actions").hidden = true;
      this.dataset.state = "failed";
    }

    startState() {
      var state = {};
      this.spec.forEach(function (c) {
        state[c.name] = c.kind === "layers" ? Math.pow(2, c.tokens.length) - 1 : c.start;
      });
      return state;
    }

    index(state) {
      return this.spec.reduce(function (at, c) {
        return c.kind === "layers" ? at : at * c.size + state[c.name];
      }, 0);
    }

    mask(c, at) { return c.masks ? c.masks[at] : at; }

    /* controls -> state; false when the choice is not allowed */
    read() {
      var self = this, allowed = true, state = {};
      this.spec.forEach(function (c) {
        if (c.kind === "choice" && c.inputs[0].type === "radio") {
          var on = c.inputs.find(function (el) { return el.checked; });
          state[c.name] = on ? +on.dataset.at : self.state[c.name];
        } else if (c.kind === "choice" || c.kind === "stepped") {
          state[c.name] = +c.inputs[0].value;
        } else if (c.kind === "onoff") {
          state[c.name] = c.inputs[0].checked ? 1 : 0;
        } else {
          var bits = c.inputs.reduce(function (m, el) { return m + (el.checked ? Math.pow(2, +el.dataset.at) : 0); }, 0);
          var at = c.masks ? c.masks.indexOf(bits) : bits;
          if (at < 0) allowed = false;
          state[c.name] = at;
        }
      });
      if (allowed) this.state = state;
      return allowed;
    }

    /* state -> controls */
    write() {
      var self = this;
      this.spec.forEach(function (c) {
        var at = self.state[c.name];
        if (c.kind === "choice" && c.inputs[0].type === "radio") {
          c.inputs.forEach(function (el) { el.checked = +el.dataset.at === at; });
        } else if (c.kind === "choice" || c.kind === "stepped") {
          c.inputs[0].value = String(at);
        } else if (c.kind === "onoff") {
          c.inputs[0].checked = at === 1;
        } else {
          var bits = c.kind === "studies" ? self.mask(c, at) : at;
          c.inputs.forEach(function (el) { el.checked = Math.floor(bits / Math.pow(2, +el.dataset.at)) % 2 === 1; });
        }
      });
      this.words();
    }

    words() {
      var self = this;
      this.spec.forEach(function (c) {
        if (c.kind !== "stepped") return;
        var text = c.labels[self.state[c.name]];
        c.root.querySelector("output").textContent = text;
        c.inputs[0].setAttribute("aria-valuetext", text);
      });
    }

    changed() {
      if (!this.read()) {
        this.write();
        var least = this.spec.reduce(function (n, c) { return Math.max(n, c.least || 0); }, 0);
        this.say("At least " + least + " must stay chosen.");
        return;
      }
      this.words();
      if (this.data) this.show();
    }

    frame() { return this.data.f[this.index(this.state)]; }

    sentence() { return take(this.data, this.frame()[1]).join(""); }

    /* the figure first, then its sentence */
    show() {
      var at = this.index(this.state);
      if (at !== this.shown) {
        this.box.innerHTML = take(this.data, this.frame()[0]).join("");
        var svg = this.box.firstElementChild;
        ["role", "aria-label", "aria-labelledby"].forEach(function (name) { svg.removeAttribute(name); });
        svg.setAttribute("aria-hidden", "true");
        svg.setAttribute("focusable", "false");
        this.caption.textContent = this.sentence();
        this.say(this.caption.textContent);
        this.shown = at;
      }
      this.layers();
      if (this.querySelector(".emd-numbers").open) this.table();
      this.dataset.shown = String(at);
      this.dispatchEvent(new CustomEvent("emd:shown", { bubbles: true, detail: { id: this.id, index: at } }));
    }

    layers() {
      var self = this;
      this.spec.forEach(function (c) {
        if (c.kind !== "layers") return;
        c.tokens.forEach(function (gid, bit) {
          var part = self.box.querySelector("#" + CSS.escape(self.id + "-" + gid));
          if (!part) return;
          if (Math.floor(self.state[c.name] / Math.pow(2, bit)) % 2 === 1) part.removeAttribute("display");
          else part.setAttribute("display", "none");
        });
      });
    }

    /* announced once the reader pauses, so that a dragged slider does not talk without end */
    say(text) {
      var status = this.status;
      window.clearTimeout(this.saying);
      this.saying = window.setTimeout(function () { status.textContent = text; }, 250);
    }

    rows() {
      var frame = this.frame();
      return [JSON.parse(take(this.data, frame[2])[0])].concat(take(this.data, frame[3]).map(JSON.parse));
    }

    table() {
      var rows = this.rows();
      var table = document.createElement("table");
      var head = table.createTHead().insertRow();
      rows[0].forEach(function (text) {
        var cell = document.createElement("th");
        cell.scope = "col";
        cell.textContent = text;
        head.appendChild(cell);
      });
      var body = table.createTBody();
      rows.slice(1).forEach(function (row) {
        var line = body.insertRow();
        row.forEach(function (text) { line.insertCell().textContent = text; });
      });
      this.querySelector(".emd-table").replaceChildren(table);
    }

    listen() {
      var self = this;
      this.form.addEventListener("submit", function (event) { event.preventDefault(); });
      // "input" also while a slider is dragged; a browser that sends only "change" is served by the second
      this.form.addEventListener("input", function () { self.changed(); });
      this.form.addEventListener("change", function () { self.changed(); });
      this.on(".emd-reset", function () {
        self.state = self.startState();
        self.write();
        if (self.data) self.show();
      });
      this.querySelector(".emd-numbers").addEventListener("toggle", function (event) {
        if (event.target.open && self.data) self.table();
      });
      this.on(".emd-link", function (button) { self.copy(button); });
      this.on(".emd-csv", function () {
        if (!self.data) return;
        var text = self.rows().map(function (row) { return row.map(csvCell).join(","); }).join("\n") + "\n";
        self.save(text, "text/csv;charset=utf-8", ".csv");
      });
      this.on(".emd-save", function () {
        var svg = self.box.querySelector("svg").cloneNode(true);
        svg.removeAttribute("aria-hidden");
        svg.removeAttribute("focusable");
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", self.caption.textContent);
        self.save(new XMLSerializer().serializeToString(svg), "image/svg+xml;charset=utf-8", ".svg");
      });
    }

    on(selector, act) {
      var button = this.querySelector(selector);
      button.addEventListener("click", function () { act(button); });
    }

    save(text, type, ending) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: type }));
      link.download = this.id + ending;
      document.body.appendChild(link);
      link.click();
      link.remove();
      window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    }

    address() {
      var self = this;
      var parts = ["w=" + encodeURIComponent(this.id)];
      this.spec.forEach(function (c) {
        var at = self.state[c.name], text;
        if (c.kind === "layers" || c.kind === "studies") {
          var bits = c.kind === "studies" ? self.mask(c, at) : at;
          text = c.tokens.filter(function (_, bit) { return Math.floor(bits / Math.pow(2, bit)) % 2 === 1; })
            .map(encodeURIComponent).join(",");
        } else {
          text = encodeURIComponent(c.tokens[at]);
        }
        parts.push(encodeURIComponent(c.name) + "=" + text);
      });
      return window.location.href.replace(/#.*$/, "") + "#" + parts.join("&");
    }

    copy(button) {
      var self = this, text = this.address();
      var shown = function () {
        var field = self.querySelector(".emd-address");
        field.hidden = false;
        field.querySelector("input").value = text;
        field.querySelector("input").select();
      };
      var done = function () {
        self.say("Link copied.");
        button.textContent = "Link copied";
        window.setTimeout(function () { button.textContent = "Copy link"; }, 2000);
      };
      if (navigator.clipboard && navigator.clipboard.writeText) {
        navigator.clipboard.writeText(text).then(done, shown);
      } else {
        shown();
      }
    }

    /* the address names this widget: take its setting and bring it into view */
    follow() {
      var asked = parseHash();
      if (!asked || asked.get("w") !== this.id) return;
      var state = this.startState();
      this.spec.forEach(function (c) {
        if (!asked.has(c.name)) return;
        var text = asked.get(c.name), at;
        if (c.kind === "layers" || c.kind === "studies") {
          at = text.split(",").reduce(function (m, token) {
            var bit = c.tokens.indexOf(token);
            return bit < 0 ? m : m + Math.pow(2, bit);
          }, 0);
          if (c.masks) at = c.masks.indexOf(at);
        } else {
          at = c.tokens.indexOf(text);
        }
        if (at >= 0) state[c.name] = at;
      });
      this.state = state;
      this.write();
      if (this.data) this.show();
      this.reach();
    }

    /* Figures and tables above get their height only when they come near the window, so one jump may fall short:
       jump again until the widget stays where it was put, or the reader takes over. */
    reach() {
      var self = this, left = 12, last = null;
      var taken = false, stop = function () { taken = true; };
      var hands = ["wheel", "touchstart", "keydown", "pointerdown"];
      hands.forEach(function (name) { window.addEventListener(name, stop, { passive: true }); });
      function jump() {
        var top = Math.round(self.getBoundingClientRect().top);
        if (taken || !left-- || top === last) {
          hands.forEach(function (name) { window.removeEventListener(name, stop); });
          return;
        }
        self.scrollIntoView({ behavior: "instant", block: "start" });
        last = Math.round(self.getBoundingClientRect().top);
        window.setTimeout(jump, 80);
      }
      jump();
    }
  }

  customElements.define("emd-explore", Explore);
})();
