/** Code as runs of text, each with what it is in its language. Languages are fetched when somebody writes in them. */

/** @typedef {{text: string, kind: string}} Run `kind` is empty for what is nothing special */

/** What people write after a fence, and the file that knows it. tools/frontend.py fetches the same files. */
const NAMES = /** @type {Record<string, string>} */ ({
  cs: "csharp",
  "c++": "cpp",
  cc: "cpp",
  docker: "dockerfile",
  golang: "go",
  h: "c",
  html: "xml",
  js: "javascript",
  jsx: "javascript",
  kt: "kotlin",
  md: "markdown",
  patch: "diff",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  shell: "bash",
  svg: "xml",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  yml: "yaml",
  zsh: "bash",
});

const FILES = new Set(
  "bash c cpp csharp css diff dockerfile go ini java javascript json kotlin markdown php python ruby rust sql swift typescript xml yaml".split(" "),
);

/** @param {string} name as written after the fence @returns {string | null} null when nobody knows the language */
export function fileOf(name) {
  const file = Object.hasOwn(NAMES, name) ? NAMES[name] : name;
  return FILES.has(file) ? file : null;
}

export class Highlighting {
  #load;
  /** @type {Map<string, Promise<any>>} */
  #loading = new Map();

  /** @param {(file: string) => Promise<any>} load gives what highlight.js exports: `core`, or one language */
  constructor(load) {
    this.#load = load;
  }

  /**
   * @param {string} text
   * @param {string} name the language as its writer called it
   * @returns {Promise<Run[] | null>} null when the language isn't known, or couldn't be fetched
   */
  async runs(text, name) {
    const file = fileOf(name);
    if (!file) return null;
    const [core, grammar] = await Promise.all([this.#once("core"), this.#once(file)]).catch(() => []);
    if (!core) return null;
    if (!core.getLanguage(file)) core.registerLanguage(file, grammar);
    const result = core.highlight(text, { language: file, ignoreIllegals: true });
    /** @type {Run[]} */
    const runs = [];
    walk(result._emitter.rootNode, "", runs);
    return runs;
  }

  /** @param {string} file */
  #once(file) {
    let loading = this.#loading.get(file);
    if (!loading) {
      loading = this.#load(file);
      // The next one may have more luck.
      loading.catch(() => this.#loading.delete(file));
      this.#loading.set(file, loading);
    }
    return loading;
  }
}

/**
 * The library's own tree, flat. It is what its HTML is made from, and lowlight builds on the same.
 *
 * @param {{children: any[], scope?: string}} node
 * @param {string} kind
 * @param {Run[]} runs
 */
function walk(node, kind, runs) {
  for (const child of node.children) {
    if (typeof child === "string") runs.push({ text: child, kind });
    else walk(child, child.scope && !child.scope.startsWith("language:") ? child.scope.split(".")[0] : kind, runs);
  }
}
