/* A second runtime behind the interface that worker.js knows (begin, beginAgain, call): Pyodide, of which the scripts
   stand before this one in the worker.  It is tried in tests/web/test_second_runtime.py and is no part of the book. */
/// <reference lib="webworker" />

/** Whatever Pyodide asks for by this address is answered from memory; nothing leaves the page. */
const HERE = "http://pyodide.invalid/";
const ENV = { HOME: "/home/pyodide", MPLBACKEND: "svg", EMDBOOK_VIEW: "page", EMDBOOK_DATA_CHECKED: "1" };

/** @param {ArrayBuffer} container @returns {Record<string, Uint8Array>} by path */
function unpacked(container) {
  const length = new DataView(container).getUint32(0, true);
  const sizes = JSON.parse(new TextDecoder().decode(new Uint8Array(container, 4, length)));
  let at = 4 + length;
  const found = /** @type {Record<string, Uint8Array>} */ ({});
  for (const [name, size] of Object.entries(sizes)) {
    found[name] = new Uint8Array(container, at, size);
    at += size;
  }
  return found;
}

class Engine {
  /** @param {(text: string) => void} said */
  constructor(said) {
    this.said = said;
  }

  /** @param {Record<string, ReadableStream<Uint8Array>>} parts */
  async begin(parts) {
    const names = Object.keys(parts);
    const files = await Promise.all(names.map((name) => new Response(parts[name]).arrayBuffer()));
    await this.#start(files);
    return { files: files.map((one) => new Blob([one])) };
  }

  /** @param {{files: Blob[]}} kept */
  async beginAgain(kept) {
    await this.#start(await Promise.all(kept.files.map((one) => one.arrayBuffer())));
  }

  /** @param {ArrayBuffer[]} containers */
  async #start(containers) {
    const files = Object.assign({}, ...containers.map(unpacked));
    self.fetch = async (asked) => {
      const name = String(asked instanceof Request ? asked.url : asked).replace(HERE, "");
      if (!(name in files)) throw new Error(`Pyodide asked for ${name}`);
      return new Response(files[name], name.endsWith(".wasm") ? { headers: { "Content-Type": "application/wasm" } } : {});
    };
    this.python = await loadPyodide({
      indexURL: HERE,
      env: ENV,
      packages: JSON.parse(new TextDecoder().decode(files.packages)),
      checkIntegrity: false, // their hashes were compared with the lock file when they were packed
    });
    this.python.setStderr({ batched: (/** @type {string} */ line) => this.said(`${line}\n`) });
    for (const [path, bytes] of Object.entries(files)) {
      if (!path.startsWith("book/") && !path.startsWith("site/")) continue;
      const full = `/${path}`;
      this.python.FS.mkdirTree(full.slice(0, full.lastIndexOf("/")));
      this.python.FS.writeFile(full, bytes);
    }
    this.python.runPython(
      "import sys; sys.path[:0] = ['/book', '/site']; from emdbook.publish.runtime import driver",
    );
  }

  /** @param {string} request @returns {string} */
  call(request) {
    this.python.FS.writeFile("/tmp/request.json", request);
    this.python.runPython("driver.turn()");
    return this.python.FS.readFile("/tmp/answer.json", { encoding: "utf8" });
  }
}
