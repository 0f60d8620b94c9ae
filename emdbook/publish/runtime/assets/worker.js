/* What runs in the worker: it takes the parts as text, unpacks them while they come, and hands questions to Python.
   Nothing here knows which Python it is; that is the Engine. */
/// <reference lib="webworker" />

/** @param {string} text base64 @returns {Uint8Array} */
function decoded(text) {
  const known = /** @type {any} */ (Uint8Array).fromBase64;
  if (known) return known.call(Uint8Array, text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @type {Record<string, ReadableStreamDefaultController>} */
const taps = {};

/** @param {string} name @returns {ReadableStream<Uint8Array>} the part, unpacked */
function part(name) {
  const packed = new ReadableStream({
    start(tap) {
      taps[name] = tap;
    },
  });
  return packed.pipeThrough(new DecompressionStream("gzip"));
}

const MARK = "\u001e";
let said = "";
/** Lines that begin with a mark are news of a running cell; all else is for whoever looks for a fault.
 * @param {string} text */
function listen(text) {
  const lines = (said + text).split("\n");
  said = /** @type {string} */ (lines.pop());
  for (const line of lines) {
    if (line.startsWith(MARK)) postMessage({ kind: "line", line: Number(line.slice(1)) });
    else if (line) console.debug(line);
  }
}

const engine = new Engine(listen);

/** @param {any} told */
async function act(told) {
  if (told.kind === "begin") {
    const parts = Object.fromEntries(told.parts.map((/** @type {string} */ name) => [name, part(name)]));
    postMessage({ kind: "ready", kept: await engine.begin(parts) });
  } else if (told.kind === "again") {
    await engine.beginAgain(told.kept);
    postMessage({ kind: "ready" });
  } else if (told.kind === "piece") {
    taps[told.part].enqueue(decoded(told.text));
    if (told.last) taps[told.part].close();
    postMessage({ kind: "taken" });
  } else if (told.kind === "call") {
    postMessage({ kind: "answer", id: told.id, text: engine.call(told.text) });
  }
}

addEventListener("message", async (event) => {
  try {
    await act(event.data);
  } catch (error) {
    postMessage({ kind: "failed", id: event.data.id, why: String(error) });
  }
});
