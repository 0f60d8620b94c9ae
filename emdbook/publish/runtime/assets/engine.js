/* The runtime of this book behind the interface that worker.js knows: begin, beginAgain, call.  Another runtime is
   another file with these three; tests/web/engine_pyodide.js is one. */

/** Where the program looks for its library, fixed when it was made. */
const LIBRARY = "/usr/local/lib";
const ZIP = "python315.zip";
const FIRST = "import sys; sys.path.insert(0, '/book'); from emdbook.publish.runtime import driver; driver.turn()";

/**
 * The files of a container: a length, their names and sizes as JSON, their bytes.
 * @param {Uint8Array} container
 * @returns {Generator<[string, Uint8Array]>}
 */
function* unpacked(container) {
  const length = new DataView(container.buffer, container.byteOffset).getUint32(0, true);
  const sizes = JSON.parse(new TextDecoder().decode(container.subarray(4, 4 + length)));
  let at = 4 + length;
  for (const [name, size] of Object.entries(sizes)) {
    yield [name, container.subarray(at, at + size)];
    at += size;
  }
}

// biome-ignore lint/correctness/noUnusedVariables: worker.js follows in the same script
class Engine {
  /** @param {(text: string) => void} said what Python writes to its error stream, as it comes */
  constructor(said) {
    this.said = said;
    this.tmp = new MemoryFolder();
    /** @type {any} */
    this.exports = null;
  }

  /**
   * Begin from the parts as they arrive.
   * @param {Record<string, ReadableStream<Uint8Array>>} parts unpacked
   * @returns {Promise<any>} what another worker can begin from again
   */
  async begin(parts) {
    const headers = { "Content-Type": "application/wasm" };
    const module = WebAssembly.compileStreaming(new Response(parts.program, { headers }));
    const files = [await new Response(parts.library).arrayBuffer(), await new Response(parts.book).arrayBuffer()];
    await this.#start(await module, files);
    // As blobs they cost the page nothing to keep. One engine cannot read them again; then the page loads anew.
    return { module: await module, files: files.map((one) => new Blob([one])) };
  }

  /** @param {{module: WebAssembly.Module, files: Blob[]}} kept */
  async beginAgain(kept) {
    await this.#start(kept.module, await Promise.all(kept.files.map((one) => one.arrayBuffer())));
  }

  /** @param {WebAssembly.Module} module @param {ArrayBuffer[]} files */
  async #start(module, files) {
    const library = new MemoryFolder();
    const look = new MemoryFolder(); // what matplotlib draws with stands beside the zip, because fonts cannot be in it
    const book = new MemoryFolder();
    const places = { library, look, book, tmp: this.tmp };
    for (const container of files) {
      for (const [name, bytes] of unpacked(new Uint8Array(container))) {
        const slash = name.indexOf("/");
        places[/** @type {keyof typeof places} */ (name.slice(0, slash))].put(name.slice(slash + 1), bytes);
      }
    }
    const texts = [new TextDecoder(), new TextDecoder()];
    const system = wasi(
      {
        [LIBRARY]: library,
        [`${LIBRARY}/${ZIP}/matplotlib/mpl-data`]: look,
        "/tmp": this.tmp,
        "/book": book,
      },
      {
        args: ["/usr/local/bin/python.wasm"],
        env: [
          "HOME=/tmp",
          "TMPDIR=/tmp",
          "MPLCONFIGDIR=/tmp/mpl",
          "MPLBACKEND=svg",
          "EMDBOOK_VIEW=page",
          "EMDBOOK_DATA_CHECKED=1", // by the build that packed them
          "PYTHONTZPATH=",
          "PYTHONDONTWRITEBYTECODE=1",
        ],
        write: (stream, bytes) => {
          if (stream === 2) this.said(texts[1].decode(bytes, { stream: true }));
        },
      },
    );
    const host = { call: () => -1 };
    const made = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: system.functions, host });
    this.exports = made.exports;
    system.use(this.exports.memory);
    this.exports._initialize();
    this.code = FIRST;
  }

  /**
   * One question to the driver, and its answer.
   * @param {string} request
   * @returns {string}
   */
  call(request) {
    this.tmp.put("request.json", new TextEncoder().encode(request));
    this.tmp.entries.delete("answer.json");
    const code = new TextEncoder().encode(this.code);
    const at = this.exports.host_alloc(code.length) >>> 0;
    new Uint8Array(this.exports.memory.buffer).set(code, at);
    this.exports.turn(at, code.length);
    this.code = "driver.turn()";
    const answer = this.tmp.find("answer.json");
    if (!answer) throw new Error("Python gave no answer");
    return answer.text();
  }
}
