/* Asks every second or two whether the page is still what is shown; without it the browser asks by itself. */
(() => {
  const { body } = document;
  const pause = body.classList.contains("phone") ? 2000 : 1000;

  async function ask() {
    try {
      const answer = await fetch("/state", { cache: "no-store" });
      const state = await answer.json();
      for (const place of document.querySelectorAll("[data-live]")) {
        const text = String(state[/** @type {HTMLElement} */ (place).dataset.live ?? ""]);
        if (place.textContent !== text) place.textContent = text;
      }
      const typing = document.activeElement instanceof HTMLInputElement && document.activeElement.value !== "";
      if (String(state.version) !== body.dataset.version && !typing) {
        location.reload();
        return;
      }
    } catch {
      // the network was away for a moment: ask again, the vote is on the teacher's machine
    }
    // phones that joined together must not all ask together
    setTimeout(ask, pause * (0.75 + Math.random() / 2));
  }

  setTimeout(ask, pause);
})();
