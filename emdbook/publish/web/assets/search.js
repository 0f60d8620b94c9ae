/* <emd-search>: looks through the entries of searchindex.js by MiniSearch. Forgives slips, knows that names mean one
   thing, shows the sentence it found with the words marked, and leads to that sentence.
   Nothing is asked of any server, and nothing of an address reaches the page but as text. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-search")) return;
  const { Block, el } = window.emdbook;

  /** How many are shown at once. */
  const SHOWN = 20;
  /** Words that stand in every text. */
  const SMALL = new Set(
    "a an and are as at be by do does for from has have how if in is it its of on or that the their there they this to was what when where which who why will with".split(
      " ",
    ),
  );
  const CHINESE = /[\u3400-\u9fff]/;
  /** A word with what may stand within it, or a run of Chinese. */
  const WORD = /[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}])+(?:[-.’'](?:(?![\u3400-\u9fff])[\p{L}\p{N}])+)*/gu;

  /** Chinese words one after the other, each with its English. */
  const TERMS = /[\u3400-\u9fff].*;.*[\u3400-\u9fff].*;/;

  /** A word as it is compared: small letters, no accents. @param {string} word */
  const plain = (word) =>
    word
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/’/g, "'")
      // British and American spelling are one
      .replace(/ae|oe(?=d)/g, "e")
      .replace(/our(s?)$/, "or$1")
      .replace(/is(e[ds]?|ing|ations?)$/, "iz$1");

  /** How many letters must change to make one word of the other, if not more than two. @param {string} a @param {string} b */
  function apart(a, b) {
    if (Math.abs(a.length - b.length) > 2) return 3;
    let before = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i++) {
      const now = [i];
      for (let j = 1; j <= b.length; j++) {
        now[j] = Math.min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      }
      before = now;
    }
    return before[b.length];
  }

  /** Chinese is written without spaces: each two characters that follow each other are a word. @param {string} run */
  const pairs = (run) => (run.length < 2 ? [run] : [...run].slice(1).map((sign, at) => [...run][at] + sign));

  /** The words of a text that is looked through; "cilta-cel" is found as "ciltacel", "cilta" and "cel" too.
   * @param {string} text */
  function wordsOf(text) {
    const out = [];
    for (const [found] of text.matchAll(WORD)) {
      if (CHINESE.test(found)) {
        out.push(...pairs(found));
        continue;
      }
      const word = plain(found).replace(/'s$/, "");
      if (SMALL.has(word)) continue;
      out.push(word);
      if (word.includes("-")) {
        out.push(word.replaceAll("-", ""));
        out.push(...word.split("-").filter((part) => part && !SMALL.has(part)));
      }
    }
    return out;
  }

  /** The words of a question: a joined word stays whole. @param {string} text */
  function asked(text) {
    const all = [];
    for (const [found] of text.matchAll(WORD)) {
      if (CHINESE.test(found)) all.push(...pairs(found));
      else all.push(plain(found).replace(/'s$/, ""));
    }
    const told = all.filter((word) => !SMALL.has(word) && (word.length > 1 || CHINESE.test(word) || /\d/.test(word)));
    return [...new Set(told.length ? told : all)].slice(0, 20);
  }

  /**
   * @typedef {[number, string, string, string, number, number]} Entry page, anchor, title, text, section, weight
   * @typedef {{pages: [string, string, string[]][], entries: Entry[], same: string[][]}} Found what searchindex.js holds
   * @typedef {{id: number, score: number, terms: string[]}} Hit
   */

  class Finder {
    /** @param {Found} found @param {any} MiniSearch */
    constructor(found, MiniSearch) {
      this.found = found;
      /** Every word of the book. @type {Set<string>} */
      this.known = new Set();
      const kept = (/** @type {string} */ text) => {
        const words = wordsOf(text);
        for (const word of words) this.known.add(word);
        return words;
      };
      this.index = new MiniSearch({
        fields: ["title", "about", "section", "text"],
        tokenize: kept,
        processTerm: (/** @type {string} */ term) => term,
        searchOptions: { tokenize: asked },
      });
      this.index.addAll(
        found.entries
          .map(([page, anchor, title, text, section], id) => ({
            id,
            title: title.replace(/^Chapter \d+: /, ""),
            about: anchor ? "" : found.pages[page][2].join("\n"),
            // a row is also found by what its table is about, and a section by its chapter
            section: section >= 0 ? found.entries[section].slice(2, 4).join("\n").slice(0, 300) : found.pages[page][1],
            text,
            top: !anchor,
          }))
          // a heading over other headings says nothing that they do not say
          .filter(({ text, top }) => text || top),
      );
      /** What an entry is called, in the words of a question. */
      this.called = found.entries.map(([, , title]) => asked(title.replace(/^Chapter \d+: /, "")).join(" "));
      this.same = found.same.map((names) => names.map((name) => ({ name, words: asked(name).join(" ") })));
      this.names = [...new Set(this.same.flat().map(({ words }) => words))].filter((name) => /^[^ ]{5,}$/.test(name));
    }

    /** A question with slips in names put right, and with "car t" joined where the book writes it so.
     * @param {string} question */
    meant(question) {
      const joined = question.replace(/(\p{L}{2,}) (\p{L})(?!\p{L})/gu, (both, word, letter) =>
        this.known.has(`${plain(word)}-${plain(letter)}`) ? `${word}-${letter}` : both,
      );
      return joined.replace(WORD, (found) => {
        const word = plain(found);
        const whole = this.names.find((name) => name !== word && name.replaceAll("-", "") === word);
        if (whole) return whole;
        if (word.length < 5 || CHINESE.test(word) || /\d/.test(word) || this.known.has(word)) return found;
        const most = word.length < 7 ? 1 : 2;
        let best = found;
        let least = most + 1;
        for (const name of this.names) {
          const far = apart(word, name);
          if (far < least) [best, least] = [name, far];
        }
        return best;
      });
    }

    /** The question with one name put in the place of another that means the same. @param {string} question */
    others(question) {
      const text = ` ${asked(question).join(" ")} `;
      const chinese = (question.match(/[\u3400-\u9fff]{2,}/g) ?? []).join("");
      /** @type {string[]} */
      const out = [];
      /** Terms that hold the Chinese that was typed, the shortest first. @type {[number, string][]} */
      const near = [];
      for (const names of this.same) {
        const met = names.find(({ words }) => words && text.includes(` ${words} `));
        if (met) {
          for (const other of names) {
            if (other !== met) out.push(text.replace(` ${met.words} `, ` ${other.words} `).trim());
          }
        } else if (chinese.length > 1) {
          const holds = names.filter(({ name }) => name.includes(chinese)).map(({ name }) => name.length);
          if (holds.length) near.push([Math.min(...holds), names[0].words]);
        }
      }
      near.sort(([one], [other]) => one - other);
      return [...new Set([...out, ...near.slice(0, 2).map(([, words]) => words)])].slice(0, 12);
    }

    /** @param {string} typed @returns {Hit[]} */
    find(typed) {
      const question = this.meant(typed);
      const words = asked(question);
      if (!words.length) return [];
      const questions = [question, ...this.others(question)];
      const options = {
        boost: { title: 3, about: 4, section: 0.7, text: 1 },
        bm25: { k: 1.2, b: 0.5, d: 0.5 },
        prefix: (/** @type {string} */ term) => term.length > 2 && !CHINESE.test(term),
        fuzzy: (/** @type {string} */ term) =>
          term.length > 4 && !/\d/.test(term) && !CHINESE.test(term) ? 0.2 : false,
        weights: { fuzzy: 0.25, prefix: 0.4 },
        boostDocument: (/** @type {number} */ id) => this.found.entries[id][5],
      };
      /** @param {"AND" | "OR"} combineWith @returns {Hit[]} */
      const ask = (combineWith) =>
        this.index.search(
          {
            combineWith: "OR",
            queries: questions.map((one, at) => ({
              queries: [one],
              combineWith,
              // a name that was not typed is not guessed at again, and weighs less
              ...(at ? { fuzzy: false, prefix: false, boostTerm: () => 0.3 } : {}),
            })),
          },
          options,
        );
      const all = this.ranked(ask("AND"), question, questions);
      if (all.length >= 5 || words.length === 1) return all;
      const known = new Set(all.map((hit) => hit.id));
      return [...all, ...ask("OR").filter((hit) => !known.has(hit.id))];
    }

    /**
     * What is called as was asked comes first, and so does the chapter about the drug that was asked for.
     * @param {Hit[]} hits
     * @param {string} question
     * @param {string[]} questions the same in other names
     */
    ranked(hits, question, questions) {
      const called = asked(question).join(" ");
      const letters = (/** @type {string} */ text) => (plain(text).match(WORD) ?? []).join(" ");
      const wanted = letters(question);
      const names = new Set(questions.map((one) => asked(one).join(" ")));
      for (const hit of hits) {
        const [page, anchor, title, , section] = this.found.entries[hit.id];
        if (letters(title.replace(/^Chapter \d+: /, "")) === wanted) hit.score *= section < 0 && !anchor ? 4 : 2.5;
        else if (this.called[hit.id] === called) hit.score *= 2;
        else if (!anchor && asked(question).every((word) => this.called[hit.id].includes(word))) hit.score *= 2;
        if (!anchor && this.found.pages[page][2].some((name) => names.has(asked(name).join(" ")))) hit.score *= 4;
      }
      return hits.sort((one, other) => other.score - one.score);
    }

    /** Places in a text at which one of the terms stands. @param {string} text @param {Set<string>} terms */
    marks(text, terms) {
      /** @type {[number, number][]} */
      const out = [];
      for (const found of text.matchAll(WORD)) {
        if (CHINESE.test(found[0])) {
          pairs(found[0]).forEach((pair, at) => {
            if (!terms.has(pair)) return;
            const last = out.at(-1);
            const start = found.index + at;
            if (last && last[1] >= start) last[1] = start + pair.length;
            else out.push([start, start + pair.length]);
          });
        } else if (wordsOf(found[0]).some((word) => terms.has(word))) {
          out.push([found.index, found.index + found[0].length]);
        }
      }
      return out;
    }

    /** The sentence that holds most of the terms; the whole of a row. @param {Hit} hit */
    sentence(hit) {
      const [page, anchor, , own, section] = this.found.entries[hit.id];
      const terms = new Set(hit.terms);
      if (section >= 0) return own.replaceAll("\n", " · ");
      let text = own;
      if (!anchor && !this.marks(own, terms).length) {
        // a chapter that is about what was asked, without a word of it on its first screen: the sentence stands below
        const rest = this.found.entries.filter((one) => one[0] === page && one[4] < 0 && one[2] !== "Sources");
        text = rest.map((one) => one[3]).join("\n");
      }
      let best = "";
      let most = -1;
      for (const one of text.split(/\n|(?<=[.!?。；])\s+/u)) {
        const met = new Set(this.marks(one, terms).map(([from, to]) => plain(one.slice(from, to))));
        const length = one.length;
        // a heading of three words says less than the sentence after it, and a list of Chinese terms less than both
        const worth = met.size + (length > 30 && length < 300 ? 0.5 : 0) - (TERMS.test(one) ? 3 : 0);
        if (worth > most) [best, most] = [one, worth];
      }
      return best;
    }
  }

  /** @type {Promise<Finder> | null} */
  let loading = null;

  /** The entries and the library, once; from the folder in which the book lies. */
  function finder() {
    loading ??= new Promise((resolve, reject) => {
      const ready = () => {
        try {
          const { found } = /** @type {any} */ (window.emdbook);
          resolve(new Finder(found, /** @type {any} */ (window).MiniSearch));
        } catch (error) {
          reject(error);
        }
      };
      if (/** @type {any} */ (window.emdbook).found) {
        ready();
        return;
      }
      const script = document.createElement("script");
      script.src = `${document.documentElement.dataset.content_root ?? "./"}searchindex.js`;
      script.addEventListener("load", ready);
      script.addEventListener("error", () => reject(new Error("searchindex.js was not loaded")));
      document.head.append(script);
    });
    return loading;
  }

  /** A sentence with its words marked, shortened around the first. @param {Finder} from @param {Hit} hit */
  function excerpt(from, hit) {
    const out = el("p");
    out.className = "emd-search-text";
    let text = from.sentence(hit);
    const terms = new Set(hit.terms);
    const first = from.marks(text, terms)[0]?.[0] ?? 0;
    if (text.length > 340) {
      const start = first > 240 ? text.indexOf(" ", first - 120) + 1 : 0;
      const end = text.lastIndexOf(" ", start + 320);
      text = (start ? "… " : "") + text.slice(start, end > start ? end : start + 320) + (end < text.length ? " …" : "");
    }
    let at = 0;
    for (const [begin, end] of from.marks(text, terms)) {
      out.append(text.slice(at, begin));
      el("mark", text.slice(begin, end), out);
      at = end;
    }
    out.append(text.slice(at));
    return out;
  }

  /** The address of a hit; a browser that can is led to the sentence itself. @param {Finder} from @param {Hit} hit */
  function address(from, hit) {
    const [page, anchor, , , section] = from.found.entries[hit.id];
    const root = document.documentElement.dataset.content_root ?? "./";
    const place = root + from.found.pages[page][0] + (anchor ? `#${encodeURIComponent(anchor)}` : "");
    if (section >= 0 || !("fragmentDirective" in document)) return place;
    const said = from.sentence(hit).split(" ");
    if (said.length < 3) return place;
    // the signs with a meaning of their own in a directive
    const part = (/** @type {string[]} */ words) => encodeURIComponent(words.join(" ")).replace(/-/g, "%2D");
    const text = said.length > 9 ? `${part(said.slice(0, 4))},${part(said.slice(-4))}` : part(said);
    return `${place}${anchor ? "" : "#"}:~:text=${text}`;
  }

  class Search extends Block {
    static needs = "form";

    start() {
      const quick = "quick" in this.dataset;
      this.field = this.piece("input");
      this.list = this.piece("ol");
      this.said = this.piece("[role=status]");
      this.more = this.piece(".emd-search-more");
      /** @type {Hit[]} */
      this.hits = [];
      this.timer = 0;
      this.piece("form").addEventListener("submit", (/** @type {Event} */ event) => {
        if (quick) return; // from the dialog Enter leads to the page of the search
        event.preventDefault();
        this.look();
      });
      this.field.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.look(), 250);
      });
      this.more.addEventListener("click", () => {
        const before = this.list.children.length;
        this.show(before + SHOWN);
        this.list.children[before]?.querySelector("a")?.focus();
      });
      this.addEventListener("keydown", (event) => this.step(event));
      if (quick) {
        this.look();
        return;
      }
      this.field.value = (new URLSearchParams(window.location.search).get("q") ?? "").slice(0, 200);
      this.field.focus();
      if (this.field.value) this.look();
    }

    restored() {
      super.restored();
      if (this.field?.value && !this.hits.length) this.look();
    }

    /** Up and down go through the list, as in any list of answers. @param {KeyboardEvent} event */
    step(event) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [this.field, ...this.querySelectorAll("ol a")];
      const at = stops.indexOf(document.activeElement);
      const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (at < 0 || !next) return;
      event.preventDefault();
      next.focus();
    }

    async look() {
      clearTimeout(this.timer);
      const question = this.field.value.trim();
      const turn = (this.turn = (this.turn ?? 0) + 1);
      if (!question) {
        this.hits = [];
        this.list.replaceChildren();
        this.said.textContent = "";
        this.more.hidden = true;
        return;
      }
      let from;
      try {
        from = await finder();
      } catch (error) {
        console.error(error);
        this.said.textContent =
          "The search could not be loaded. The glossary, the names of drugs and the ledger can be looked through by eye.";
        return;
      }
      if (turn !== this.turn) return;
      this.from = from;
      this.hits = from.find(question);
      this.show(SHOWN);
      this.keep(question);
      const count = this.hits.length;
      this.said.textContent = count
        ? `${count} ${count === 1 ? "place" : "places"} found, the nearest first.`
        : "Nothing was found. Try another name, fewer words, or the English or Chinese word.";
    }

    /** The address is that of this search, so that Back and a copied address lead to it. @param {string} question */
    keep(question) {
      if ("quick" in this.dataset) return;
      try {
        const now = new URL(window.location.href);
        now.searchParams.set("q", question);
        window.history.replaceState(window.history.state, "", now);
      } catch {
        /* some browsers keep the address of a file as it is */
      }
    }

    /** @param {number} most */
    show(most) {
      const from = this.from;
      if (!from) return;
      this.list.replaceChildren(
        ...this.hits.slice(0, most).map((/** @type {Hit} */ hit) => {
          const item = el("li");
          const [page, anchor, title] = from.found.entries[hit.id];
          const [, name] = from.found.pages[page];
          const way = el("a", anchor ? title : name, item);
          way.href = address(from, hit);
          if (anchor) el("span", name, item).className = "emd-search-where";
          item.append(excerpt(from, hit));
          return item;
        }),
      );
      this.more.hidden = this.hits.length <= most;
    }
  }

  customElements.define("emd-search", Search);
})();
