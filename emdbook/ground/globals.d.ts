/* What the scripts of a page share, for the type checker. Nothing of this reaches a page. */

/** The base of every block and the memory of a reader's answers; the parts that other scripts add are named here too. */
declare class EmdBlock extends HTMLElement {
  static needs: string;
  start(): boolean | void;
  restored(): void;
  piece(selector: string): any;
  outside(target: EventTarget, name: string, act: (event: any) => void): void;
  /** Fields of a block, which it sets as it begins. */
  [field: string]: any;
}

interface EmdBook {
  Block: typeof EmdBlock;
  el: (name: string, text?: string, parent?: Element | null) => any;
  failed: (box: Element, words: string, error: unknown) => void;
  store: any;
  day: (days?: number) => string;
  copied: (text: string) => Promise<boolean>;
  copyOf: (from: Element, said: Element) => Promise<void>;
  plural: (n: number, one: string, many: string) => string;
  whenReady: (act: () => void) => void;
  left: Record<string, unknown>;
  unseal: (text: string) => any;
  sayResult: (box: Element, words: string, aloud: string) => void;
  files: any;
  /** How the book and its sources are cited, once a reader asks (figures/cite.js). */
  cite: { book: string; licence: string; sources: string[]; rows: Record<string, number[]> };
  /** The narrow layout of the states of widgets, by id, packed. */
  narrow: Record<string, string>;
  /** Python on the page (python.js); the parts are scripts that call the first two. */
  pythonManifest: (told: any) => void;
  pythonPart: (text: string) => void;
  python: (address: string) => any;
  told: (kernel: any, request: any, say: (words: string, share?: number | null) => void) => Promise<any>;
  show: (shown: { html?: string; text?: string }[], into: Element) => void;
  able: () => boolean;
}

interface Window {
  emdbook: EmdBook;
  /** Of emdbook/teach/assets/vendor/qrcode.js, on the page that draws codes. */
  qrcode: (type: number, level: string) => any;
}
