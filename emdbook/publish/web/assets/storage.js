/* First of all scripts. A browser that refuses storage, or has none left, throws at every use of it, also in scripts of
   the theme that do not expect it. Then a memory that ends with the page stands in, and everything else works. */
(() => {
  const PROBE = "emdbook.probe";
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    /** @type {Storage | null} */
    let real = null;
    try {
      real = window[name];
      real.setItem(PROBE, "x".repeat(512));
      real.removeItem(PROBE);
      continue;
    } catch {
      /* refused or full */
    }
    /** What could not be written; null where it was taken out. @type {Map<string, string | null>} */
    const memory = new Map();
    let cleared = false;
    const names = () => [...memory.keys()].filter((key) => memory.get(key) !== null);
    const below = (/** @type {string} */ key) => {
      try {
        return real && !cleared ? real.getItem(key) : null;
      } catch {
        return null;
      }
    };
    const standIn = {
      standsIn: true,
      getItem: (/** @type {string} */ key) => (memory.has(`${key}`) ? memory.get(`${key}`) : below(key)),
      setItem: (/** @type {string} */ key, /** @type {unknown} */ value) => void memory.set(`${key}`, `${value}`),
      removeItem(/** @type {string} */ key) {
        memory.set(`${key}`, null);
        try {
          real?.removeItem(key); // a full storage can still let go
        } catch {
          /* refused */
        }
      },
      clear() {
        memory.clear();
        cleared = true; // what lies below is forgotten, also where the browser does not let go of it
        try {
          real?.clear();
        } catch {
          /* refused */
        }
      },
      key: (/** @type {number} */ at) => names()[at] ?? null,
      get length() {
        return names().length;
      },
    };
    try {
      Object.defineProperty(window, name, { configurable: true, value: standIn });
    } catch {
      /* a browser that allows no stand-in: each script of the book guards itself */
    }
  }
})();
