/* Python on the page: an exercise that runs where it is read.  Nothing is loaded until a reader presses Run; then one
   worker holds one Python for the whole page, from a memory stick as well as over HTTP.  Which Python it is, only the
   worker knows (emdbook/publish/runtime/assets). */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-python")) return;
  const { Block, el } = window.emdbook;

  /** Scripts that are on their way at the same time. */
  const AT_ONCE = 3;
  /** Seconds after which a cell is stopped from outside, when Python itself could not stop it: while it gets ready, and
      from the first line of the cell on. */
  const READY = 240;
  const LIMIT = 40;

  /**
   * @typedef {{parts: Record<string, string[]>, sizes: Record<string, number>, size: number, worker: string}} Manifest
   * @typedef {{html?: string, text?: string}} Shown
   * @typedef {{shown: Shown[], fault?: string, line?: number | null, files?: Record<string, string>}} Answer
   */

  /** A module of eleven instructions' worth, with the way of catching errors that the program is built on. */
  const PROOF = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 13, 1, 11, 0, 2, 64, 31, 64, 1, 2, 0, 11, 11, 11,
  ]);

  /** Whether this browser can run Python at all. */
  function able() {
    try {
      return typeof DecompressionStream === "function" && typeof Worker === "function" && WebAssembly.validate(PROOF);
    } catch {
      return false;
    }
  }

  class Stopped extends Error {}

  /** One Python for the page. */
  class Python {
    /** @type {Worker | null} */
    #worker = null;
    /** What another worker can begin from, without loading again. @type {any} */
    #kept = null;
    /** @type {Manifest | null} */
    #manifest = null;
    /** @type {Promise<void> | null} */
    #begun = null;
    /** @type {(error: Error) => void} */
    #giveUp = () => {};
    #asked = 0;
    /** @type {any} */
    #late = 0;
    #waiting = /** @type {{id: number, done: (text: string) => void, fail: (error: Error) => void} | null} */ (null);
    /** Whoever asks waits here for her turn; the first has it. @type {{request: any, go: () => void, halt: (error: Error) => void}[]} */
    #queue = [];
    /** The line that the running cell has reached. */
    line = 0;
    /** @type {(line: number) => void} */
    reached = () => {};

    /** @param {string} address of the manifest */
    constructor(address) {
      this.address = address;
    }

    /** Bytes to load, or 0 when nothing needs to be loaded any more. */
    async size() {
      if (this.#kept || this.#worker) return 0;
      this.#manifest ??= await manifest(this.address);
      return this.#manifest.size;
    }

    /** Whether somebody else has to be answered first. */
    get taken() {
      return this.#queue.length > 0;
    }

    /**
     * One question at a time: the next begins when the one before is answered or stopped.
     * @template T
     * @param {any} request by which it can be stopped
     * @param {(wanted: () => void) => Promise<T>} act is given what throws once it was stopped
     * @returns {Promise<T>}
     */
    async inTurn(request, act) {
      /** @type {() => void} */
      let go = () => {};
      /** @type {(error: Error) => void} */
      let halt = () => {};
      let stopped = false;
      const turn = new Promise((done) => {
        go = () => done(undefined);
      });
      const halted = new Promise((_, fail) => {
        halt = (error) => {
          stopped = true;
          fail(error);
        };
      });
      this.#queue.push({ request, go, halt });
      if (this.#queue.length === 1) go();
      const wanted = () => {
        if (stopped) throw new Stopped();
      };
      try {
        return await Promise.race([
          halted,
          turn.then(() => {
            wanted();
            return act(wanted);
          }),
        ]);
      } finally {
        this.#queue = this.#queue.filter((one) => one.request !== request);
        this.#queue[0]?.go();
      }
    }

    /** Whether it can answer at once. */
    get ready() {
      return this.#worker !== null && this.#begun === null;
    }

    /**
     * Load and begin; at once when that is done.
     * @param {(share: number | null) => void} loading told how much is loaded; null while Python begins
     * @returns {Promise<void>}
     */
    async begin(loading) {
      await this.#begun?.catch(() => {}); // one that was stopped ends first
      if (this.ready) return;
      this.#begun = this.#begin(loading).finally(() => {
        this.#begun = null;
      });
      await this.#begun;
    }

    /** @param {(share: number | null) => void} loading */
    async #begin(loading) {
      this.#manifest ??= await manifest(this.address);
      const told = this.#manifest;
      const address = URL.createObjectURL(new Blob([told.worker], { type: "text/javascript" }));
      const worker = launched(address);
      this.#worker = worker;
      let going = true;
      try {
        await new Promise((done, fail) => {
          this.#giveUp = fail;
          let taken = 0;
          // without a message it never ran: the browser or a rule of the site forbids it
          worker.onerror = (event) => fail(event.message || taken ? new Error(event.message) : new Blocked());
          worker.onmessage = ({ data }) => {
            if (data.kind === "taken") {
              taken += 1;
              const all = Object.keys(told.sizes).length;
              loading(taken < all ? taken / all : null);
            } else if (data.kind === "ready") {
              this.#kept = data.kept ?? this.#kept;
              done(undefined);
            } else if (data.kind === "failed") {
              fail(/content security|unsafe-eval|csp/i.test(data.why) ? new Blocked() : new Error(data.why));
            }
          };
          if (this.#kept) {
            loading(null);
            worker.postMessage({ kind: "again", kept: this.#kept });
          } else {
            worker.postMessage({ kind: "begin", parts: Object.keys(told.parts) });
            const folder = this.address.slice(0, this.address.lastIndexOf("/") + 1);
            const names = Object.entries(told.parts).flatMap(([part, files]) =>
              files.map((name, at) => ({ part, name: folder + name, last: at === files.length - 1 })),
            );
            pieces(names, () => going, worker).catch(fail);
          }
        });
        worker.onmessage = ({ data }) => this.#hear(data);
        worker.onerror = (event) => this.#fall(new Error(event.message));
      } catch (error) {
        this.#end();
        if (!this.#kept || error instanceof Stopped) throw error;
        this.#kept = null; // what was kept is of no use in this browser
        await this.#begin(loading);
      } finally {
        going = false;
        URL.revokeObjectURL(address);
      }
    }

    /** @param {any} data */
    #hear(data) {
      if (data.kind === "line") {
        if (!this.line) this.#watch(LIMIT);
        this.line = data.line;
        this.reached(data.line);
        return;
      }
      const asked = this.#waiting;
      if (!asked || data.id !== asked.id) return;
      this.#waiting = null;
      if (data.kind === "answer") asked.done(data.text);
      else {
        this.#end(); // a Python that broke cannot be trusted with the next cell
        asked.fail(new Error(data.why));
      }
    }

    /** @param {number} seconds */
    #watch(seconds) {
      clearTimeout(this.#late);
      this.#late = setTimeout(() => this.#fall(new Late()), 1000 * seconds);
    }

    #end() {
      this.#worker?.terminate();
      this.#worker = null;
    }

    /** @param {Error} error */
    #fall(error) {
      this.#end();
      const asked = this.#waiting;
      this.#waiting = null;
      asked?.fail(error);
      this.#giveUp(error);
    }

    /**
     * Ask the driver.
     * @param {any} request
     * @returns {Promise<Answer>}
     */
    async ask(request) {
      if (!this.#worker) throw new Error("Python has not begun");
      this.#asked += 1;
      this.line = 0;
      const id = this.#asked;
      this.#watch(READY);
      try {
        const text = await new Promise((done, fail) => {
          this.#waiting = { id, done, fail };
          this.#worker?.postMessage({ kind: "call", id, text: JSON.stringify(request) });
        });
        return JSON.parse(text);
      } finally {
        clearTimeout(this.#late);
      }
    }

    /**
     * Stop what is loading or running, or one that still waits. The next run begins anew, from what is loaded.
     * @param {any} request
     */
    stop(request) {
      const at = this.#queue.findIndex((one) => one.request === request);
      if (at < 0) return;
      this.#queue[at].halt(new Stopped());
      if (at === 0) this.#fall(new Stopped());
    }

    /** The page is left: nothing goes on behind it, and its memory is free. */
    leave() {
      for (const one of this.#queue) one.halt(new Stopped());
      this.#fall(new Stopped());
    }
  }

  class Late extends Error {}
  class Blocked extends Error {}

  /** @param {string} address @returns {Worker} */
  function launched(address) {
    try {
      return new Worker(address);
    } catch {
      throw new Blocked();
    }
  }

  /**
   * One script.
   * @param {string} address
   * @param {(script: HTMLScriptElement) => void} [before]
   * @returns {Promise<void>}
   */
  function script(address, before) {
    return new Promise((done, fail) => {
      const one = document.createElement("script");
      one.src = address;
      before?.(one);
      one.onload = () => {
        one.remove();
        done();
      };
      one.onerror = () => {
        one.remove();
        fail(new Missing());
      };
      document.head.append(one);
    });
  }

  class Missing extends Error {}

  /** @param {string} address @returns {Promise<Manifest>} */
  async function manifest(address) {
    /** @type {any} */
    let got = null;
    window.emdbook.pythonManifest = (/** @type {Manifest} */ told) => {
      got = told;
    };
    await script(address);
    if (!got) throw new Missing();
    return got;
  }

  /**
   * Load the pieces, a few at a time, and hand them to the worker in order.
   * @param {{part: string, name: string, last: boolean}[]} names
   * @param {() => boolean} wanted
   * @param {Worker} worker
   */
  async function pieces(names, wanted, worker) {
    /** @type {Map<number, string>} */
    const arrived = new Map();
    let next = 0;
    let handed = 0;
    window.emdbook.pythonPart = (/** @type {string} */ text) => {
      arrived.set(Number(/** @type {HTMLElement} */ (document.currentScript).dataset.at), text);
    };
    const lane = async () => {
      while (next < names.length && wanted()) {
        const at = next;
        next += 1;
        await script(names[at].name, (one) => {
          one.dataset.at = String(at);
        });
        if (wanted() && at >= handed && !arrived.has(at)) throw new Missing(); // a page of an error, or half a file
        while (arrived.has(handed) && wanted()) {
          worker.postMessage({ kind: "piece", ...names[handed], text: arrived.get(handed) });
          arrived.delete(handed);
          handed += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  /** Pythons of this page, by their manifest: one in practice. @type {Map<string, Python>} */
  const pythons = new Map();
  /** @param {string} address @returns {Python} */
  function python(address) {
    const known = pythons.get(address) ?? new Python(address);
    pythons.set(address, known);
    return known;
  }

  addEventListener("pagehide", () => {
    for (const one of pythons.values()) one.leave();
  });

  const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;

  /**
   * Run a request with its progress told; for every block that asks Python.
   * @param {Python} kernel
   * @param {any} request
   * @param {(words: string, share?: number | null) => void} say
   * @returns {Promise<Answer>} with a fault in words whatever happens, except a stop, which gives none
   */
  async function told(kernel, request, say) {
    const fault = (/** @type {string} */ words, line = 0) => ({
      shown: [],
      fault: line ? `Line ${line}: ${words}` : words,
      line,
    });
    try {
      if (kernel.taken) say("Another cell of this page runs first …", null);
      return await kernel.inTurn(request, async (wanted) => {
        if (!kernel.ready) {
          say("Looking for Python …", null);
          const size = await kernel.size();
          wanted();
          const words = size
            ? `Loading Python for this page, ${megabytes(size)}, once. Nothing you type leaves this machine.`
            : "Python begins again.";
          await kernel.begin((share) => {
            say(share === null && size ? "Python is loaded and begins …" : words, share);
          });
        }
        kernel.reached = (line) => say(`Running, line ${line} …`, null);
        say("Running …", null);
        return await kernel.ask(request);
      });
    } catch (error) {
      if (error instanceof Stopped) return { shown: [], fault: "Stopped." };
      if (error instanceof Missing) {
        return fault(
          "Python for this page could not be loaded: the connection was cut, or it is not in this copy of the book. The exercise runs in JupyterLab too.",
        );
      }
      if (error instanceof Blocked) {
        return fault(
          "This browser, or the place that the page comes from, lets no Python run here; the exercise runs in JupyterLab.",
        );
      }
      if (error instanceof Late) {
        return fault(`this ran for more than ${kernel.line ? LIMIT : READY} seconds and was stopped.`, kernel.line);
      }
      console.warn(String(error));
      return kernel.line
        ? fault("Python broke down here, and begins anew with the next run.", kernel.line)
        : fault("Python broke down, and begins anew with the next run.");
    }
  }

  /**
   * What the notebook would show.
   * @param {Shown[]} shown
   * @param {Element} into
   */
  function show(shown, into) {
    into.replaceChildren();
    for (const one of shown) {
      const box = el("div", undefined, into);
      if (one.html !== undefined) {
        box.className = "output text_html";
        box.innerHTML = one.html;
      } else {
        box.className = "output stream highlight-myst-ansi notranslate";
        const frame = el("div", undefined, box);
        frame.className = "highlight";
        el("pre", one.text, frame);
      }
    }
  }

  /** An exercise. */
  class PythonCell extends Block {
    static needs = ".cell_input";

    start() {
      this.setup = JSON.parse(this.piece("script[type='application/json']")?.textContent ?? "{}");
      const input = this.piece(".cell_input");
      const code = this.piece(".cell_input pre");
      if (!this.dataset.python || !able()) {
        const words = this.dataset.python
          ? "This browser cannot run Python on the page; the exercise runs in JupyterLab."
          : "This copy of the book comes without Python; the exercise runs in JupyterLab.";
        el("p", words, this).className = "emd-python-note";
        return;
      }
      /** @type {any} */
      this.kernel = python(this.dataset.python);
      this.given = (code?.textContent ?? "").replace(/\n+$/, "");
      this.busy = false;
      const box = el("div");
      box.className = "emd-python-box";
      const name = this.dataset.title ?? "Exercise";
      const id = `${this.id || "emd-python"}-hint`;

      /** @type {HTMLTextAreaElement} */
      this.field = el("textarea", undefined, box);
      Object.assign(this.field, { value: this.given, spellcheck: false, wrap: "off", autocomplete: "off" });
      this.field.setAttribute("autocapitalize", "off");
      this.field.setAttribute("autocorrect", "off");
      this.field.setAttribute("aria-label", `Python code of ${name}`);
      this.field.setAttribute("aria-describedby", id);
      const bar = el("div", undefined, box);
      bar.className = "emd-python-bar";
      /** @param {string} words @param {string} about @param {() => void} act */
      const button = (words, about, act) => {
        const made = el("button", words, bar);
        made.type = "button";
        made.setAttribute("aria-label", `${words} ${about}`.trim());
        made.addEventListener("click", act);
        return made;
      };
      this.runs = button("Run", name, () => this.run());
      this.runs.classList.add("emd-python-run");
      this.stops = button("Stop", name, () => this.kernel.stop(this.asked));
      this.resets = button("Reset", name, () => this.reset());
      for (const one of this.setup.try ?? []) {
        const words = one.hidden ? "Try the solution’s value" : `Try ${one.text}`;
        button(words, "", () => this.attempt(one.source)).classList.add("emd-python-try");
      }
      const hint = el("p", "Shift and Enter runs the code. Tab leaves the field.", box);
      hint.id = id;
      hint.className = "emd-python-hint";
      this.status = el("p", "", box);
      this.status.className = "emd-python-status";
      this.status.setAttribute("role", "status");
      this.bar = el("progress", undefined, box);
      this.bar.setAttribute("aria-label", "Loading Python");
      this.bar.hidden = true;

      input.replaceChildren(box);
      this.output = this.piece(".cell_output");
      if (!this.output) {
        // On a slide what the cell showed stands beside the words; the new takes its place.
        const shown = [...(this.closest(".deck")?.children ?? [])].filter((one) =>
          one.matches(".emd-figure, .deck-output"),
        );
        this.output = el("div");
        this.output.className = "cell_output";
        if (shown.length) shown[0].before(this.output);
        else this.append(this.output);
        this.output.append(...shown);
      }
      this.built = [...this.output.childNodes];
      this.field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.run();
      });
      this.field.addEventListener("input", () => this.look());
      this.look();
    }

    look() {
      this.field.rows = Math.max(2, this.field.value.split("\n").length);
      this.stops.disabled = !this.busy;
      this.runs.disabled = this.busy;
      this.resets.disabled = this.busy === true || (this.field.value === this.given && !this.ran);
      for (const one of this.querySelectorAll(".emd-python-try")) {
        /** @type {HTMLButtonElement} */ (one).disabled = this.busy === true;
      }
    }

    /** @param {string} source */
    attempt(source) {
      this.field.value = source;
      this.run();
    }

    reset() {
      this.field.value = this.given;
      this.ran = false;
      this.fresh = true;
      this.output.replaceChildren(...(this.built ?? []));
      this.status.textContent = "The cell is as it was.";
      this.status.classList.remove("emd-python-fault", "emd-python-done");
      this.look();
      this.field.focus();
    }

    async run() {
      if (this.busy) return;
      this.busy = true;
      const hadFocus = document.activeElement;
      this.status.classList.remove("emd-python-fault", "emd-python-done");
      this.look();
      const request = { source: this.field.value, before: this.setup.before, fresh: this.fresh === true };
      this.asked = request;
      this.fresh = false;
      if (hadFocus === this.runs || hadFocus?.classList.contains("emd-python-try")) this.stops.focus();
      const answer = await told(this.kernel, request, (words, share) => this.tell(words, share));
      const focusIsOurs = document.activeElement === this.stops;
      this.busy = false;
      this.bar.hidden = true;
      this.ran = true;
      this.look();
      if (focusIsOurs && hadFocus instanceof HTMLElement) hadFocus.focus();
      if (answer.shown.length || !answer.fault) show(answer.shown, this.output);
      const drawn = !answer.fault && this.output.querySelector("figcaption");
      if (answer.fault) this.status.classList.add("emd-python-fault");
      else if (drawn) this.status.classList.add("emd-python-done");
      this.status.textContent = answer.fault ?? this.summary();
      this.dispatchEvent(new CustomEvent("emd-python", { bubbles: true, detail: answer }));
    }

    /** What a listener hears: the first sentence of the figure, or what was printed. */
    summary() {
      const words = this.output.querySelector("figcaption, pre")?.textContent?.trim() ?? "";
      if (!words) return "Done. The cell shows nothing.";
      return `Done. ${/^.+?[.?!](?=\s|$)/s.exec(words)?.[0] ?? words.slice(0, 200)}`;
    }

    /** @param {string} words @param {number | null} [share] */
    tell(words, share) {
      if (this.status.textContent !== words) this.status.textContent = words;
      this.bar.hidden = share === undefined;
      if (typeof share === "number") this.bar.value = share;
      else this.bar.removeAttribute("value");
    }
  }

  Object.assign(window.emdbook, { python, told, show, able });
  customElements.define("emd-python", PythonCell);
})();
