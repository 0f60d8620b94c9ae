/* What every interactive block of the book shares: how it begins and comes back, and the memory of a reader's answers.
   A plain script, because a browser loads no module from a file. Nothing here asks any server. */
(() => {
  if (!("customElements" in window) || window.emdbook?.Block) return;

  const STORE = "emdbook.progress";
  const PROBE = "emdbook.probe";
  /** Shelves of answered questions, which only grow until a reader erases them. */
  const SHELVES = ["quiz", "cases"];
  const ROUNDS = ["pretest", "posttest"];

  /**
   * @typedef {{correct: boolean, tries: number}} Answer
   * @typedef {{day: string, right: number, of: number, sure: number[][]}} Result
   * @typedef {{draft?: Record<string, number[]>, result?: Result}} Round
   * @typedef {{box: number, due: string}} Place in the boxes, and the day on which it comes back
   * @typedef {{boxes?: Record<string, Place>, said?: [string, number, number][]}} Practice
   * @typedef {{quiz: Record<string, Record<string, Answer>>, cases: Record<string, Record<string, Answer>>,
   *   tests: Record<string, Round>, practice: Practice}} Progress
   */

  /**
   * A new element, with its text, at the end of its parent.
   * @param {string} name
   * @param {string} [text]
   * @param {Element} [parent]
   * @returns {any} the element; its kind follows from the name
   */
  function el(name, text, parent) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  /** @param {unknown} value @returns {value is Record<string, any>} */
  const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  /** @param {unknown} value @returns {value is number} */
  const isCount = (value) => Number.isInteger(value) && /** @type {number} */ (value) >= 0;

  /**
   * The named entries of a record that pass; a record without prototype, so that no name means anything else.
   * @param {unknown} value
   * @param {(one: any) => any} read the entry as it is kept, or undefined where it is damaged
   */
  function entries(value, read) {
    /** @type {Record<string, any>} */
    const out = Object.create(null);
    for (const [name, one] of isRecord(value) ? Object.entries(value) : []) {
      const kept = read(one);
      if (kept !== undefined) out[name] = kept;
    }
    return out;
  }

  /** A day of the reader's own calendar, not of that of Greenwich. @param {number} [days] from today */
  function day(days = 0) {
    const at = new Date();
    at.setDate(at.getDate() + days);
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  }

  /** A day of the calendar, as it is kept: 2026-02-31 and 2026-99-99 would never come. @param {unknown} text */
  const isDay = (text) =>
    typeof text === "string" &&
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().startsWith(text);

  /** @param {any} one @returns {Answer | undefined} */
  const answer = (one) =>
    isRecord(one) ? { correct: one.correct === true, tries: isCount(one.tries) ? one.tries : 0 } : undefined;

  /** @param {any} one @returns {Result | undefined} */
  function result(one) {
    if (!isRecord(one) || !isCount(one.right) || !isCount(one.of) || one.right > one.of || !one.of) return undefined;
    const isPair = (/** @type {unknown} */ pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount);
    const sure = Array.isArray(one.sure) && one.sure.every(isPair);
    return {
      day: isDay(one.day) ? one.day : "an earlier day",
      right: one.right,
      of: one.of,
      sure: sure ? one.sure : [],
    };
  }

  /** @param {any} one @returns {Round | undefined} */
  function round(one) {
    if (!isRecord(one)) return undefined;
    /** @type {Round} */
    const out = {};
    const draft = entries(one.draft, (marks) =>
      Array.isArray(marks) && marks.length === 2 && marks.every(Number.isInteger) ? marks : undefined,
    );
    if (Object.keys(draft).length) out.draft = draft;
    const kept = result(one.result);
    if (kept) out.result = kept;
    return out;
  }

  /** No box is put off so long: a day beyond is damage, and its question is due anew. */
  const FAR = day(366);

  /** @param {unknown} value @returns {Practice} */
  function practice(value) {
    const all = isRecord(value) ? value : {};
    /** @type {Practice} */
    const out = {};
    const boxes = entries(all.boxes, (one) =>
      isRecord(one) && isCount(one.box) && isDay(one.due) && one.due < FAR ? { box: one.box, due: one.due } : undefined,
    );
    if (Object.keys(boxes).length) out.boxes = boxes;
    const said = (Array.isArray(all.said) ? all.said : []).filter(
      (one) => Array.isArray(one) && one.length === 3 && isDay(one[0]) && isCount(one[1]) && isCount(one[2]),
    );
    if (said.length) out.said = said;
    return out;
  }

  /**
   * Whatever was kept, as progress: what is damaged is left out, and the rest stays, also what other scripts keep here.
   * @param {unknown} value
   * @returns {Progress}
   */
  function clean(value) {
    const all = isRecord(value) ? value : {};
    const [quiz, cases] = SHELVES.map((shelf) =>
      entries(all[shelf], (set) => (isRecord(set) ? entries(set, answer) : undefined)),
    );
    const tests = entries(all.tests, round);
    for (const name of Object.keys(tests)) if (!ROUNDS.includes(name)) delete tests[name];
    return { ...all, quiz, cases, tests, practice: practice(all.practice) };
  }

  /**
   * Put into the first what only the second knows.
   * @param {any} into
   * @param {any} from
   * @returns {boolean} whether anything was missing
   */
  function join(into, from) {
    let missing = false;
    for (const shelf of SHELVES) {
      for (const [set, questions] of Object.entries(from[shelf])) {
        into[shelf][set] ??= Object.create(null);
        for (const [id, one] of Object.entries(/** @type {Record<string, Answer>} */ (questions))) {
          const before = into[shelf][set][id] ?? { correct: false, tries: -1 };
          const both = { correct: before.correct || one.correct, tries: Math.max(before.tries, one.tries) };
          if (both.correct === before.correct && both.tries === before.tries) continue;
          into[shelf][set][id] = both;
          missing = true;
        }
      }
    }
    return missing;
  }

  /** What this page has recorded since it was opened: another tab that read too early cannot take it away. */
  let own = clean(null);
  /** Stands in when the browser takes nothing. @type {string | null} */
  let memory = null;

  /** @returns {Progress} */
  function stored() {
    let text = memory;
    try {
      text ??= window.localStorage.getItem(STORE);
      return clean(JSON.parse(text ?? "null"));
    } catch {
      return clean(null); // storage is refused, or holds no JSON: start anew
    }
  }

  /** @param {Progress} all */
  function write(all) {
    const full = Object.entries(all).filter(([, shelf]) => !isRecord(shelf) || Object.keys(shelf).length);
    const text = JSON.stringify(Object.fromEntries(full));
    try {
      window.localStorage.setItem(STORE, text);
      memory = null;
    } catch {
      memory = text; // refused or full: this page remembers until it is closed
    }
  }

  const store = {
    /** Everything that is known of this reader. */
    read() {
      const all = stored();
      join(all, own);
      return all;
    },

    /**
     * One answered question.
     * @param {"quiz" | "cases"} shelf
     * @param {string} set
     * @param {string} question
     * @param {boolean} correct
     */
    answered(shelf, set, question, correct) {
      const all = store.read();
      all[shelf][set] ??= Object.create(null);
      const before = all[shelf][set][question] ?? { correct: false, tries: 0 };
      const one = { correct: before.correct || correct, tries: before.tries + 1 };
      all[shelf][set][question] = one;
      own[shelf][set] ??= Object.create(null);
      own[shelf][set][question] = one;
      write(all);
    },

    /**
     * Change what is kept of one round of the test.
     * @param {string} name
     * @param {(one: Round) => void} change
     */
    test(name, change) {
      const all = store.read();
      all.tests[name] ??= {};
      change(all.tests[name]);
      write(all);
    },

    /**
     * Change what is kept of the practice: boxes of questions, and a record of how sure a reader was.
     * @param {(one: Practice) => void} change
     */
    practice(change) {
      const all = store.read();
      change(all.practice);
      write(all);
    },

    /** Whether what is written outlives the page. The trial has a key of its own, so that no other tab is disturbed. */
    lasting() {
      try {
        if (/** @type {any} */ (window.localStorage).standsIn) return false;
        window.localStorage.setItem(PROBE, "1");
        window.localStorage.removeItem(PROBE);
        return memory === null;
      } catch {
        return false;
      }
    },

    /** Forget everything; throws where the browser does not let it go. */
    erase() {
      own = clean(null);
      memory = null;
      window.localStorage.removeItem(STORE);
    },

    /**
     * Whether an event of storage tells of this memory.
     * @param {StorageEvent} event
     */
    concerns: (event) => event.key === null || event.key === STORE,
  };

  // Another tab wrote. What it did not know is added once more, and only then: two tabs come to rest after one round.
  window.addEventListener("storage", (event) => {
    if (!store.concerns(event)) return;
    if (event.newValue === null) {
      own = clean(null);
      return;
    }
    const all = stored();
    if (join(all, own)) write(all);
  });
  // A page that the browser kept whole hears of no event meanwhile: what was erased in that time stays erased.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) own = clean(null);
  });

  /** @param {() => void} act */
  function whenReady(act) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
    else act();
  }

  /**
   * Copy a text.
   * @param {string} text
   * @returns {Promise<boolean>} false where the browser refuses
   */
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Copy what an element says; where the browser refuses, mark it, so that one key does it.
   * @param {Element} from
   * @param {Element} said where it is told
   */
  async function copyOf(from, said) {
    if (await copied(from.textContent ?? "")) {
      said.textContent = "The link was copied.";
      return;
    }
    window.getSelection()?.selectAllChildren(from);
    said.textContent = "The link is marked. Copy it with Ctrl and C.";
  }

  /** @param {number} n @param {string} one @param {string} many */
  const plural = (n, one, many) => `${n} ${n === 1 ? one : many}`;

  /**
   * Say that a part cannot work. Nothing in it can be pressed: a form that no script hears would leave the page.
   * @param {Element} box
   * @param {string} words
   * @param {unknown} error
   */
  function failed(box, words, error) {
    for (const field of box.querySelectorAll("input,select,textarea,button")) field.setAttribute("disabled", "");
    el("p", words, box).setAttribute("role", "alert");
    console.error(error);
  }

  /** The base of every block: begins once, when the page is read; survives being moved and the browser's own Back. */
  class Block extends HTMLElement {
    /** @type {[EventTarget, string, (event: any) => void][]} */
    #outside = [];
    #begun = false;
    /** @type {Map<any, {checked: boolean, value: string}>} */
    #marks = new Map();

    connectedCallback() {
      for (const [target, name, act] of this.#outside) target.addEventListener(name, act);
      whenReady(() => this.#begin());
    }

    disconnectedCallback() {
      for (const [target, name, act] of this.#outside) target.removeEventListener(name, act);
    }

    #begin() {
      if (this.#begun || !this.isConnected || !this.piece(/** @type {typeof Block} */ (this.constructor).needs)) return;
      this.#begun = true;
      this.outside(window, "pagehide", () => this.#note());
      this.outside(window, "pageshow", (event) => {
        if (!event.persisted) return;
        this.restored();
        // WebKit resets the forms only after this event.
        for (const wait of [0, 100]) setTimeout(() => this.restored(), wait);
      });
      try {
        if (this.start() !== false) this.dataset.state = "ready";
      } catch (error) {
        failed(this, "This part of the page could not start. It stands as it was when the page was made.", error);
        this.dataset.state = "failed";
      }
    }

    /** What must stand in the element before it can begin. */
    static needs = "*";

    /**
     * The first part of this block that matches.
     * @param {string} selector
     * @returns {any} null where there is none
     */
    piece(selector) {
      return this.querySelector(selector);
    }

    /**
     * Once, with the whole page read.
     * @returns {boolean | void} false where the block says later, by itself, that it is ready
     */
    start() {}

    /** The page came back as it was left, but one engine has reset the forms: the marks are set once more. */
    restored() {
      for (const [field, mark] of this.#marks) {
        if (!field.isConnected) continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked = mark.checked;
        else field.value = mark.value;
      }
    }

    #note() {
      this.#marks.clear();
      for (const field of this.querySelectorAll("input,select")) {
        const one = /** @type {HTMLInputElement} */ (field);
        this.#marks.set(one, { checked: one.checked, value: one.value });
      }
    }

    /**
     * Listen to something that outlives this element; taken off while it is out of the page.
     * @param {EventTarget} target
     * @param {string} name
     * @param {(event: any) => void} act
     */
    outside(target, name, act) {
      this.#outside.push([target, name, act]);
      if (this.isConnected) target.addEventListener(name, act);
    }
  }

  // Read before any other script replaces it: what the widgets showed when a reader left this page.
  const left = isRecord(history.state) && isRecord(history.state.emd) ? history.state.emd : {};

  window.emdbook = Object.assign(window.emdbook ?? {}, {
    Block,
    el,
    failed,
    store,
    day,
    copied,
    copyOf,
    plural,
    whenReady,
    left,
  });
})();
