/* The part of an operating system that Python needs in a worker: files in memory, a clock, chance, and two streams.
   WASI preview 1, as far as the runtime asks for it; what it does not need answers "not supported".  Names and numbers
   are those of the specification, https://github.com/WebAssembly/WASI (preview 1, witx).  Written here because the
   known shims come from a registry for which a reader would need Node. */

const E = { OK: 0, BADF: 8, EXIST: 20, INVAL: 28, ISDIR: 31, NOENT: 44, NOTDIR: 54, NOTEMPTY: 55, NOTSUP: 58 };
const KIND = { device: 2, folder: 3, file: 4 };
const OPEN = { create: 1, folder: 2, exclusive: 4, empty: 8 };
const APPEND = 1;
const NEVER = 0n;

let lastNode = 0;

/** A file: bytes, of which the first `size` count. */
class MemoryFile {
  /** @param {Uint8Array} [bytes] */
  constructor(bytes = new Uint8Array(0)) {
    this.kind = KIND.file;
    this.node = ++lastNode;
    this.bytes = bytes;
    this.size = bytes.length;
  }

  /** @param {number} size */
  reserve(size) {
    if (size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(size, 2 * this.bytes.length, 256));
    grown.set(this.bytes.subarray(0, this.size));
    this.bytes = grown;
  }

  /** @param {number} size */
  resize(size) {
    this.reserve(size);
    if (size > this.size) this.bytes.fill(0, this.size, size);
    this.size = size;
  }

  text() {
    return new TextDecoder().decode(this.bytes.subarray(0, this.size));
  }
}

/** A folder: names, and what they stand for. */
class MemoryFolder {
  constructor() {
    this.kind = KIND.folder;
    this.node = ++lastNode;
    this.size = 0;
    /** @type {Map<string, any>} */
    this.entries = new Map();
  }

  /**
   * Put a file at a path, with the folders that lead to it.
   * @param {string} path
   * @param {Uint8Array} bytes
   */
  put(path, bytes) {
    const names = path.split("/");
    const last = /** @type {string} */ (names.pop());
    /** @type {MemoryFolder} */
    let folder = this;
    for (const name of names) {
      if (!folder.entries.has(name)) folder.entries.set(name, new MemoryFolder());
      folder = folder.entries.get(name);
    }
    folder.entries.set(last, new MemoryFile(bytes));
  }

  /**
   * What stands at a path; undefined where there is nothing.
   * @param {string} path
   */
  find(path) {
    /** @type {any} */
    let here = this;
    /** @type {any[]} */
    const above = [];
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      if (here?.kind !== KIND.folder) return undefined;
      if (name === "..") here = above.pop() ?? here;
      else {
        above.push(here);
        here = here.entries.get(name);
      }
    }
    return here;
  }

  /**
   * The folder that holds the last name of a path, and that name.
   * @param {string} path
   * @returns {[MemoryFolder | undefined, string]}
   */
  parent(path) {
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    const last = names.pop() ?? "";
    const folder = this.find(names.join("/"));
    return [folder?.kind === KIND.folder ? folder : undefined, last];
  }
}

/** Python ended itself (`exit()`), or wants to. */
class Exit extends Error {}

/**
 * The functions that a WASI program imports, over a set of folders.
 * @param {Record<string, MemoryFolder>} folders by the path under which the program finds them
 * @param {{env: string[], args: string[], write: (stream: number, bytes: Uint8Array) => void}} given
 */
// biome-ignore lint/correctness/noUnusedVariables: engine.js follows in the same script
function wasi(folders, given) {
  /** @type {WebAssembly.Memory} */
  let memory;
  let view = new DataView(new ArrayBuffer(0));
  let bytes = new Uint8Array(0);
  /** Memory that has grown has another buffer. */
  function fresh() {
    if (view.buffer !== memory.buffer) {
      view = new DataView(memory.buffer);
      bytes = new Uint8Array(memory.buffer);
    }
  }

  /** Open files by number: 0 to 2 are the streams, then come the folders. @type {Map<number, any>} */
  const open = new Map();
  for (const stream of [0, 1, 2]) open.set(stream, { stream });
  for (const [path, node] of Object.entries(folders)) {
    open.set(open.size, { node, at: 0, root: new TextEncoder().encode(path) });
  }
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const strings = { args: given.args.map(zeroEnded), environ: given.env.map(zeroEnded) };

  /** @param {string} text */
  function zeroEnded(text) {
    return encoder.encode(`${text}\0`);
  }
  /** @param {number} at @param {number} length */
  const text = (at, length) => decoder.decode(bytes.subarray(at, at + length));
  const number = () => {
    let free = 3;
    while (open.has(free)) free += 1;
    return free;
  };

  /** @param {number} list @param {number} count */
  function* pieces(list, count) {
    for (let i = 0; i < count; i += 1) {
      const at = view.getUint32(list + 8 * i, true);
      yield bytes.subarray(at, at + view.getUint32(list + 8 * i + 4, true));
    }
  }

  /** @param {MemoryFile} file @param {number} from @param {number} list @param {number} count */
  function read(file, from, list, count) {
    let at = from;
    for (const piece of pieces(list, count)) {
      const part = file.bytes.subarray(at, Math.min(at + piece.length, file.size));
      piece.set(part);
      at += part.length;
      if (part.length < piece.length) break;
    }
    return Math.max(at - from, 0);
  }

  /** @param {MemoryFile} file @param {number} from @param {number} list @param {number} count */
  function write(file, from, list, count) {
    let at = from;
    for (const piece of pieces(list, count)) {
      file.reserve(at + piece.length);
      if (at > file.size) file.bytes.fill(0, file.size, at);
      file.bytes.set(piece, at);
      at += piece.length;
      file.size = Math.max(file.size, at);
    }
    return at - from;
  }

  /** @param {number} at @param {any} node */
  function stat(at, node) {
    bytes.fill(0, at, at + 64);
    view.setBigUint64(at + 8, BigInt(node?.node ?? 0), true);
    view.setUint8(at + 16, node?.kind ?? KIND.device);
    view.setBigUint64(at + 24, 1n, true);
    view.setBigUint64(at + 32, BigInt(node?.size ?? 0), true);
    for (const time of [40, 48, 56]) view.setBigUint64(at + time, NEVER, true);
    return E.OK;
  }

  /** @param {"args" | "environ"} which */
  const sizes = (which) => (/** @type {number} */ count, /** @type {number} */ size) => {
    fresh();
    view.setUint32(count, strings[which].length, true);
    view.setUint32(
      size,
      strings[which].reduce((sum, one) => sum + one.length, 0),
      true,
    );
    return E.OK;
  };
  const list = (/** @type {"args" | "environ"} */ which) => (/** @type {number} */ to, /** @type {number} */ at) => {
    fresh();
    let place = at;
    strings[which].forEach((one, i) => {
      view.setUint32(to + 4 * i, place, true);
      bytes.set(one, place);
      place += one.length;
    });
    return E.OK;
  };

  /**
   * A function on an open file; what is not open answers so.
   * @param {(one: any, ...rest: any[]) => number} act
   */
  const onOpen =
    (act) =>
    (/** @type {number} */ fd, /** @type {any[]} */ ...rest) => {
      fresh();
      const one = open.get(fd);
      return one ? act(one, ...rest) : E.BADF;
    };
  /** The same for regular files only. @param {(one: any, ...rest: any[]) => number} act */
  const onFile = (act) =>
    onOpen((one, ...rest) => {
      if (one.node?.kind === KIND.file) return act(one, ...rest);
      return one.node ? E.ISDIR : E.NOTSUP;
    });
  /** The same below an open folder. @param {(folder: MemoryFolder, ...rest: any[]) => number} act */
  const onFolder = (act) =>
    onOpen((one, ...rest) => (one.node?.kind === KIND.folder ? act(one.node, ...rest) : E.NOTDIR));
  const fine = () => E.OK;
  const unsupported = () => E.NOTSUP;

  /** @param {MemoryFolder} folder @param {string} path @param {boolean} wantsFolder */
  function remove(folder, path, wantsFolder) {
    const [parent, name] = folder.parent(path);
    const node = parent?.entries.get(name);
    if (!parent || !node) return E.NOENT;
    if (wantsFolder && node.kind !== KIND.folder) return E.NOTDIR;
    if (!wantsFolder && node.kind === KIND.folder) return E.ISDIR;
    if (wantsFolder && node.entries.size) return E.NOTEMPTY;
    parent.entries.delete(name);
    return E.OK;
  }

  const functions = {
    args_sizes_get: sizes("args"),
    args_get: list("args"),
    environ_sizes_get: sizes("environ"),
    environ_get: list("environ"),

    clock_res_get(/** @type {number} */ _clock, /** @type {number} */ at) {
      fresh();
      view.setBigUint64(at, 1000000n, true);
      return E.OK;
    },
    clock_time_get(/** @type {number} */ clock, /** @type {bigint} */ _precision, /** @type {number} */ at) {
      fresh();
      const now = clock === 0 ? Date.now() : performance.now();
      view.setBigUint64(at, BigInt(Math.round(now * 1000)) * 1000n, true);
      return E.OK;
    },
    random_get(/** @type {number} */ at, /** @type {number} */ length) {
      fresh();
      for (let i = 0; i < length; i += 65536) {
        crypto.getRandomValues(bytes.subarray(at + i, at + Math.min(i + 65536, length)));
      }
      return E.OK;
    },
    sched_yield: fine,
    proc_exit() {
      throw new Exit("Python ended");
    },
    /** Only waiting for a clock, as time.sleep does: the worker has nothing else to do meanwhile. */
    poll_oneoff(
      /** @type {number} */ from,
      /** @type {number} */ to,
      /** @type {number} */ count,
      /** @type {number} */ done,
    ) {
      fresh();
      let wait = Number.POSITIVE_INFINITY;
      for (let i = 0; i < count; i += 1) {
        const one = from + 48 * i;
        if (view.getUint8(one + 8) !== 0) return E.NOTSUP;
        const given_ = Number(view.getBigUint64(one + 24, true)) / 1e6;
        const now = view.getUint32(one + 16, true) === 0 ? Date.now() : performance.now();
        wait = Math.min(wait, view.getUint16(one + 40, true) & 1 ? given_ - now : given_);
      }
      const end = performance.now() + wait;
      while (performance.now() < end);
      bytes.fill(0, to, to + 32 * count);
      for (let i = 0; i < count; i += 1) view.setBigUint64(to + 32 * i, view.getBigUint64(from + 48 * i, true), true);
      view.setUint32(done, count, true);
      return E.OK;
    },

    fd_advise: onOpen(fine),
    fd_datasync: onOpen(fine),
    fd_sync: onOpen(fine),
    fd_fdstat_set_flags: onOpen((one, flags) => {
      one.append = Boolean(flags & APPEND);
      return E.OK;
    }),
    fd_filestat_set_times: onOpen(fine),
    fd_close(/** @type {number} */ fd) {
      return open.delete(fd) ? E.OK : E.BADF;
    },
    fd_prestat_get: onOpen((one, at) => {
      if (!one.root) return E.BADF;
      view.setUint32(at, 0, true);
      view.setUint32(at + 4, one.root.length, true);
      return E.OK;
    }),
    fd_prestat_dir_name: onOpen((one, at, length) => {
      if (!one.root) return E.BADF;
      bytes.set(one.root.subarray(0, length), at);
      return E.OK;
    }),
    fd_fdstat_get: onOpen((one, at) => {
      bytes.fill(0, at, at + 24);
      view.setUint8(at, one.node?.kind ?? KIND.device);
      view.setUint16(at + 2, one.append ? APPEND : 0, true);
      view.setBigUint64(at + 8, 0x1fffffffn, true);
      view.setBigUint64(at + 16, 0x1fffffffn, true);
      return E.OK;
    }),
    fd_filestat_get: onOpen((one, at) => stat(at, one.node)),
    fd_filestat_set_size: onFile((one, size) => {
      one.node.resize(Number(size));
      return E.OK;
    }),
    fd_read: onOpen((one, list_, count, done) => {
      if (one.node?.kind === KIND.folder) return E.ISDIR;
      const got = one.node ? read(one.node, one.at, list_, count) : 0; // the streams of a page have nothing to read
      if (one.node) one.at += got;
      view.setUint32(done, got, true);
      return E.OK;
    }),
    fd_pread: onFile((one, list_, count, from, done) => {
      view.setUint32(done, read(one.node, Number(from), list_, count), true);
      return E.OK;
    }),
    fd_write: onOpen((one, list_, count, done) => {
      if (one.node?.kind === KIND.folder) return E.ISDIR;
      let put = 0;
      if (one.node) {
        put = write(one.node, one.append ? one.node.size : one.at, list_, count);
        one.at = one.append ? one.node.size : one.at + put;
      } else {
        for (const piece of pieces(list_, count)) {
          given.write(one.stream, piece.slice());
          put += piece.length;
        }
      }
      view.setUint32(done, put, true);
      return E.OK;
    }),
    fd_pwrite: onFile((one, list_, count, from, done) => {
      view.setUint32(done, write(one.node, Number(from), list_, count), true);
      return E.OK;
    }),
    fd_seek: onFile((one, offset, whence, at) => {
      const to = Number(offset) + [0, one.at, one.node.size][whence];
      if (!(to >= 0)) return E.INVAL;
      one.at = to;
      view.setBigUint64(at, BigInt(to), true);
      return E.OK;
    }),
    fd_tell: onFile((one, at) => {
      view.setBigUint64(at, BigInt(one.at), true);
      return E.OK;
    }),
    fd_readdir: onFolder((folder, to, length, cookie, done) => {
      let put = 0;
      const names = [...folder.entries];
      for (let i = Number(cookie); i < names.length && put < length; i += 1) {
        const [name, node] = names[i];
        const word = encoder.encode(name);
        const record = new Uint8Array(24 + word.length);
        const head = new DataView(record.buffer);
        head.setBigUint64(0, BigInt(i + 1), true);
        head.setBigUint64(8, BigInt(node.node), true);
        head.setUint32(16, word.length, true);
        head.setUint8(20, node.kind);
        record.set(word, 24);
        const part = record.subarray(0, length - put); // a cut record tells the caller to ask again
        bytes.set(part, to + put);
        put += part.length;
      }
      view.setUint32(done, put, true);
      return E.OK;
    }),

    path_filestat_get: onFolder((folder, _flags, at, length, to) => {
      const node = folder.find(text(at, length));
      return node ? stat(to, node) : E.NOENT;
    }),
    path_filestat_set_times: onFolder(fine),
    path_open: onFolder((folder, _how, at, length, how, _rights, _inherited, flags, to) => {
      const path = text(at, length);
      let node = folder.find(path);
      if (!node) {
        if (!(how & OPEN.create)) return E.NOENT;
        const [parent, name] = folder.parent(path);
        if (!parent || name === "" || name === "..") return E.NOENT;
        node = new MemoryFile();
        parent.entries.set(name, node);
      } else if (how & OPEN.create && how & OPEN.exclusive) return E.EXIST;
      if (how & OPEN.folder && node.kind !== KIND.folder) return E.NOTDIR;
      if (how & OPEN.empty && node.kind === KIND.file) node.resize(0);
      const fd = number();
      open.set(fd, { node, at: 0, append: Boolean(flags & APPEND) });
      view.setUint32(to, fd, true);
      return E.OK;
    }),
    path_create_directory: onFolder((folder, at, length) => {
      const path = text(at, length);
      const [parent, name] = folder.parent(path);
      if (!parent) return E.NOENT;
      if (name === "" || parent.entries.has(name)) return E.EXIST;
      parent.entries.set(name, new MemoryFolder());
      return E.OK;
    }),
    path_remove_directory: onFolder((folder, at, length) => remove(folder, text(at, length), true)),
    path_unlink_file: onFolder((folder, at, length) => remove(folder, text(at, length), false)),
    path_rename: onFolder((folder, at, length, other, to, toLength) => {
      const target = open.get(other)?.node;
      if (target?.kind !== KIND.folder) return E.BADF;
      const [from, name] = folder.parent(text(at, length));
      const [into, renamed] = target.parent(text(to, toLength));
      const node = from?.entries.get(name);
      if (!from || !into || !node) return E.NOENT;
      from.entries.delete(name);
      into.entries.set(renamed, node);
      return E.OK;
    }),
    path_link: unsupported,
    path_readlink: () => E.INVAL, // there are no links, so nothing is one
    path_symlink: unsupported,
    sock_accept: unsupported,
    sock_recv: unsupported,
    sock_send: unsupported,
    sock_shutdown: unsupported,
  };

  return {
    functions,
    /** @param {WebAssembly.Memory} given_ */
    use(given_) {
      memory = given_;
      fresh();
    },
  };
}
