/* A reader's own studies, computed by the Python of the page. Nothing leaves the machine. */
(() => {
  if (!window.emdbook?.python || !window.emdbook.files || customElements.get("emd-own")) return;
  const { Block, el, python, told, show, able, files } = window.emdbook;

  class Own extends Block {
    static needs = "form";

    start() {
      this.form = this.piece("form");
      if (!this.dataset.python || !able()) {
        const words = this.dataset.python
          ? "This browser cannot run Python on the page. The same is done in JupyterLab by emdbook.teach.own."
          : "This copy of the book comes without Python. The same is done in JupyterLab by emdbook.teach.own.";
        el("p", words, this).className = "emd-python-note";
        return;
      }
      this.form.hidden = false;
      this.kernel = python(this.dataset.python);
      const bar = el("div", undefined, this.form);
      bar.className = "emd-python-bar";
      this.runs = el("button", "Compute", bar);
      this.runs.type = "submit";
      this.runs.className = "emd-python-run";
      this.stops = el("button", "Stop", bar);
      this.stops.type = "button";
      this.stops.disabled = true;
      this.stops.addEventListener("click", () => this.kernel.stop(this.asked));
      this.status = el("p", "", this.form);
      this.status.className = "emd-python-status";
      this.status.setAttribute("role", "status");
      this.bar = el("progress", undefined, this.form);
      this.bar.setAttribute("aria-label", "Loading Python");
      this.bar.hidden = true;
      this.result = el("section", undefined, this);
      this.result.setAttribute("aria-label", "Result");
      this.result.hidden = true;

      this.form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.run();
      });
      const file = this.piece("input[type=file]");
      file.addEventListener("change", async () => {
        const chosen = file.files[0];
        if (!chosen) return;
        if (chosen.size > 1e6) {
          this.tell("This file is too large for a list of studies.");
          return;
        }
        try {
          this.piece("textarea").value = await chosen.text();
          this.tell(`${chosen.name} is read. Press Compute.`);
        } catch {
          this.tell(`${chosen.name} could not be read: choose it once more.`);
        }
      });
      const text = this.piece("textarea");
      text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.run();
      });
    }

    /** @param {string} words @param {number | null} [share] */
    tell(words, share) {
      this.status.classList.remove("emd-python-fault");
      if (this.status.textContent !== words) this.status.textContent = words;
      this.bar.hidden = share === undefined;
      if (typeof share === "number") this.bar.value = share;
      else this.bar.removeAttribute("value");
    }

    async run() {
      if (this.runs.disabled) return;
      this.runs.disabled = true;
      this.stops.disabled = false;
      const given = new FormData(this.form);
      const request = {
        kind: "own",
        text: given.get("text"),
        endpoint: given.get("endpoint"),
        method: given.get("method"),
        pool: given.has("pool"),
      };
      this.asked = request;
      const answer = await told(this.kernel, request, (words, share) => this.tell(words, share));
      this.runs.disabled = false;
      this.stops.disabled = true;
      this.tell(answer.fault ?? "Done. The result stands below.");
      if (answer.fault) this.status.classList.add("emd-python-fault");
      else {
        const box = el("div");
        show(answer.shown, box);
        this.result.replaceChildren(box);
        this.result.hidden = false;
        this.takeAway(answer);
      }
      this.dispatchEvent(new CustomEvent("emd-python", { bubbles: true, detail: answer }));
    }

    /** @param {any} answer */
    takeAway(answer) {
      const svg = /** @type {SVGElement} */ (this.result.querySelector(".emd-drawing svg"));
      el("h2", "Take it away", this.result);
      const bar = el("div", undefined, this.result);
      bar.className = "emd-python-bar";
      /** @param {string} words @param {() => Blob | Promise<Blob>} make @param {string} name */
      const offer = (words, make, name) => {
        const made = el("button", words, bar);
        made.type = "button";
        made.addEventListener("click", async () => {
          try {
            files.save(await make(), name);
          } catch (error) {
            this.tell(/** @type {Error} */ (error).message);
          }
        });
      };
      offer("Figure (SVG)", () => files.svgFile(svg, answer.words), "own-numbers.svg");
      offer("Figure (PNG)", () => files.pngFile(svg, answer.words), "own-numbers.png");
      offer("Numbers (CSV)", () => files.csvFile(answer.csv), "own-numbers.csv");
      offer("Code (Python)", () => new Blob([answer.code], { type: "text/x-python" }), "own_numbers.py");
      const more = el("details", undefined, this.result);
      el("summary", "The code", more);
      el("pre", answer.code, more);
    }
  }

  customElements.define("emd-own", Own);
})();
