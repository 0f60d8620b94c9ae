/* A figure or its numbers as files that stand alone, outside the page they were made on. */
(() => {
  if (!window.emdbook || window.emdbook.files) return;

  /** Dots per inch of a picture for print. A figure is drawn in points: 72 to the inch. */
  const DPI = 300;

  /** Where a text stands to its place, in the words of a drawing and of a canvas. @type {Record<string, CanvasTextAlign>} */
  const ANCHORS = { middle: "center", end: "right" };

  /**
   * A copy of a drawing with the colours of the light page written out, and a family of fonts that every machine has.
   * @param {SVGElement} svg
   * @param {string} words what the drawing says
   * @returns {any}
   */
  function alone(svg, words) {
    const text = new XMLSerializer()
      .serializeToString(svg)
      .replace(/var\(\s*--[\w-]+\s*,\s*([^()]+?)\s*\)/g, "$1")
      .replace(/font-family:\s*([^;"]+)/g, (whole, families) =>
        /(?:sans-serif|monospace)\s*$/.test(families) ? whole : `font-family: ${families.trim()}, sans-serif`,
      );
    const copy = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    for (const name of ["aria-hidden", "aria-labelledby", "focusable", "class"]) copy.removeAttribute(name);
    copy.setAttribute("role", "img");
    copy.setAttribute("aria-label", words);
    return copy;
  }

  /** @param {any} svg @returns {[number, number]} in points */
  function size(svg) {
    const [, , width, height] = svg
      .getAttribute("viewBox")
      .split(/[\s,]+/)
      .map(Number);
    return [width, height];
  }

  /** @param {SVGElement} svg @param {string} words */
  function svgFile(svg, words) {
    const copy = alone(svg, words);
    const [width, height] = size(copy);
    copy.setAttribute("width", `${width}pt`);
    copy.setAttribute("height", `${height}pt`);
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
    return new Blob([text], { type: "image/svg+xml;charset=utf-8" });
  }

  /** What a spreadsheet would reckon instead of showing it: a label of a reader's own file may begin so. */
  const FORMULA = /^[=+\-@\t\r](?!\d+(?:\.\d+)?$)/;

  /**
   * Rows as a file for a spreadsheet. The mark at the start tells it that the letters are UTF-8.
   * @param {string[][]} rows
   */
  function csvFile(rows) {
    const cell = (/** @type {string} */ given) => {
      const text = FORMULA.test(given) ? `'${given}` : given;
      return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
    };
    const text = rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
    return new Blob([`\ufeff${text}`], { type: "text/csv;charset=utf-8" });
  }

  /** @param {string} address @returns {Promise<HTMLImageElement>} */
  function loaded(address) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error("The drawing could not be read as a picture."));
      image.src = address;
    });
  }

  /**
   * The drawing as a picture at the size of print. The words are set by the canvas, which has the page's own fonts; a
   * drawing that is read as a picture has only those of the machine.
   * @param {SVGElement} svg as it stands on the page
   * @param {string} words
   * @returns {Promise<Blob>}
   */
  async function pngFile(svg, words) {
    const copy = alone(svg, words);
    const [width, height] = size(copy);
    const scale = DPI / 72;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const shown = /** @type {NodeListOf<SVGTextElement>} */ (svg.querySelectorAll("text"));
    const texts = [...copy.querySelectorAll("text")];
    const toPoints = /** @type {DOMMatrix} */ (/** @type {SVGSVGElement} */ (svg).getScreenCTM()).inverse();
    const places = texts.map((_, i) =>
      shown[i].getClientRects().length ? toPoints.multiply(/** @type {DOMMatrix} */ (shown[i].getScreenCTM())) : null,
    );
    for (const text of texts) text.remove();
    copy.setAttribute("width", String(canvas.width));
    copy.setAttribute("height", String(canvas.height));
    const drawing = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml;charset=utf-8" });
    const address = URL.createObjectURL(drawing);
    try {
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(await loaded(address), 0, 0, canvas.width, canvas.height);
    } finally {
      URL.revokeObjectURL(address);
    }
    texts.forEach((text, i) => {
      const at = places[i];
      if (!at) return;
      const look = text.style;
      pen.setTransform(at.a * scale, at.b * scale, at.c * scale, at.d * scale, at.e * scale, at.f * scale);
      pen.font = [look.fontStyle, look.fontWeight, look.fontSize, look.fontFamily].filter(Boolean).join(" ");
      pen.fillStyle = look.fill || "#000000";
      pen.globalAlpha = Number(look.opacity || 1);
      pen.textAlign = ANCHORS[look.textAnchor] ?? "left";
      pen.fillText(text.textContent, Number(text.getAttribute("x") ?? 0), Number(text.getAttribute("y") ?? 0));
    });
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!made) throw new Error("This browser makes no pictures.");
    return dotted(/** @type {Blob} */ (made));
  }

  /**
   * The picture with its dots per metre, so that a word processor gives it its size (PNG, chunk pHYs).
   * @param {Blob} png
   */
  async function dotted(png) {
    const bytes = new Uint8Array(await png.arrayBuffer());
    const chunk = new Uint8Array(21);
    const view = new DataView(chunk.buffer);
    const perMetre = Math.round(DPI / 0.0254);
    view.setUint32(0, 9);
    chunk.set(new TextEncoder().encode("pHYs"), 4);
    view.setUint32(8, perMetre);
    view.setUint32(12, perMetre);
    chunk[16] = 1;
    view.setUint32(17, crc(chunk.subarray(4, 17)));
    const head = 8 + 25; // the signature and the chunk IHDR, which comes first
    return new Blob([bytes.subarray(0, head), chunk, bytes.subarray(head)], { type: "image/png" });
  }

  /** The checksum of a chunk (PNG, annex D). @param {Uint8Array} bytes */
  function crc(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
  }

  /** @param {Blob} file @param {string} name */
  function save(file, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /**
   * One figure over the whole screen, and nothing else; the rest sleeps meanwhile.
   * @param {HTMLElement} box
   * @param {() => void} [left] when it is back in its place
   * @returns {() => void} what brings it back
   */
  function whole(box, left) {
    box.classList.add("emd-full");
    document.documentElement.classList.add("emd-full-open");
    /** @type {Element[]} */
    const asleep = [];
    for (
      let node = /** @type {Element} */ (box);
      node.parentElement && node !== document.body;
      node = node.parentElement
    ) {
      for (const other of node.parentElement.children) {
        if (other === node || other.hasAttribute("inert")) continue;
        other.setAttribute("inert", "");
        asleep.push(other);
      }
    }
    const leave = () => {
      if (!box.classList.contains("emd-full")) return;
      for (const [target, name, act] of ways) target.removeEventListener(name, act);
      box.classList.remove("emd-full");
      document.documentElement.classList.remove("emd-full-open");
      for (const other of asleep) other.removeAttribute("inert");
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
      box.scrollIntoView({ behavior: "instant", block: "start" });
      left?.();
    };
    /** @type {[EventTarget, string, (event: any) => void][]} */
    const ways = [
      [box, "keydown", (event) => event.key === "Escape" && leave()],
      [document, "fullscreenchange", () => document.fullscreenElement || leave()],
    ];
    for (const [target, name, act] of ways) target.addEventListener(name, act);
    // Where the browser has no such mode for an element (a phone), the window is filled instead.
    box.requestFullscreen?.().catch(() => {});
    return leave;
  }

  /**
   * The key for the whole screen, where it is no letter of a word or of a list.
   * @param {KeyboardEvent} event
   */
  function asksWhole(event) {
    const at = /** @type {Element} */ (event.target);
    if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey) return false;
    return !at.matches("select, textarea, input:not([type=radio], [type=checkbox], [type=range])");
  }

  /** The drawing that is seen, of the two layouts that a figure may have. @param {Element} box @returns {any} */
  function seen(box) {
    const all = [...box.querySelectorAll("svg")];
    return all.find((svg) => svg.getClientRects().length) ?? all[0];
  }

  window.emdbook.files = { svgFile, pngFile, csvFile, save, seen, whole, asksWhole };
})();
