/* Tells a course platform that speaks SCORM 1.2 how the questions of this page were answered. Needs quiz.js before it.
   The first answer to a question counts; a second try teaches and scores nothing. */
(() => {
  /**
   * The platform's interface: in this window, the ones around it, or the one that opened it.
   * @param {any} from
   * @returns {any}
   */
  function search(from) {
    try {
      for (let at = from, steps = 0; at && steps < 10; at = at.parent, steps++) {
        if (at.API) return at.API;
        if (at.parent === at) break;
      }
    } catch {
      // a window of another host, as where a platform keeps its packages on one of their own: it lets nobody look
    }
    return null;
  }
  const api = search(window) ?? (window.opener ? search(window.opener) : null);
  const said = document.querySelector("#scorm-said");
  const forms = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("form.emd-question"))];
  if (!api) {
    if (said)
      said.textContent = "No course platform was found, so nothing is recorded. The questions work all the same.";
    return;
  }
  api.LMSInitialize("");
  const began = Date.now();

  /** First answers by question: 1 right, 0 wrong. @type {Record<string, number>} */
  const first = {};
  try {
    // another version of the package may have kept other questions, or something else
    const kept = Object.entries(JSON.parse(api.LMSGetValue("cmi.suspend_data") || "{}") ?? {});
    const own = new Set(forms.map((form) => form.dataset.question));
    for (const [question, right] of kept) if (own.has(question)) first[question] = right === 1 ? 1 : 0;
  } catch {
    // damaged: the questions are new
  }

  /** @param {number} seconds */
  function clock(seconds) {
    const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, "0");
    return `${String(Math.floor(seconds / 3600)).padStart(4, "0")}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  const letters = (/** @type {boolean[]} */ which) =>
    which
      .map((on, i) => (on ? String.fromCharCode(97 + i) : ""))
      .filter(Boolean)
      .join(",");

  function report() {
    const answered = Object.keys(first).length;
    const right = Object.values(first).filter(Boolean).length;
    api.LMSSetValue("cmi.core.score.min", "0");
    api.LMSSetValue("cmi.core.score.max", "100");
    api.LMSSetValue("cmi.core.score.raw", String(Math.round((100 * right) / forms.length)));
    api.LMSSetValue("cmi.core.lesson_status", answered >= forms.length ? "completed" : "incomplete");
    api.LMSSetValue("cmi.suspend_data", JSON.stringify(first));
    api.LMSCommit("");
    if (said) said.textContent = `Recorded: ${answered} of ${forms.length} answered, ${right} right at the first try.`;
  }

  document.addEventListener("emd:answered", (event) => {
    const { question, correct } = /** @type {CustomEvent} */ (event).detail;
    const form = /** @type {HTMLElement} */ (event.target);
    const inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input"))];
    const sealed = window.emdbook.unseal(form.querySelector(".emd-sealed")?.textContent ?? "");
    const at = `cmi.interactions.${api.LMSGetValue("cmi.interactions._count") || 0}`;
    api.LMSSetValue(`${at}.id`, question);
    api.LMSSetValue(`${at}.type`, "choice");
    const key = letters(sealed.options.map((/** @type {any} */ one) => one.correct));
    api.LMSSetValue(`${at}.correct_responses.0.pattern`, key);
    api.LMSSetValue(`${at}.student_response`, letters(inputs.map((input) => input.checked)));
    api.LMSSetValue(`${at}.result`, correct ? "correct" : "wrong");
    api.LMSSetValue(`${at}.time`, new Date().toTimeString().slice(0, 8));
    if (!(question in first)) first[question] = correct ? 1 : 0;
    report();
  });

  let open = true;
  window.addEventListener("pagehide", () => {
    if (!open) return;
    open = false;
    api.LMSSetValue("cmi.core.session_time", clock((Date.now() - began) / 1000));
    api.LMSSetValue("cmi.core.exit", Object.keys(first).length < forms.length ? "suspend" : "");
    api.LMSCommit("");
    api.LMSFinish("");
  });
  report();
})();
