/* <emd-linkbuilder>: builds the link that opens a chapter on a JupyterHub (by nbgitpuller) or on Binder.
   It only puts words together. Nothing is asked of any server. */
(() => {
  if (!window.emdbook?.Block || customElements.get("emd-linkbuilder")) return;
  const { Block, copyOf } = window.emdbook;

  /** @param {string} text @param {string} what */
  function address(text, what) {
    let made;
    try {
      made = new URL(text.trim());
    } catch {
      throw new Error(`The address of the ${what} must begin with https:// and name a host.`);
    }
    const local = made.hostname === "localhost" || made.hostname === "127.0.0.1";
    if (made.protocol !== "https:" && !(made.protocol === "http:" && local)) {
      throw new Error(`The address of the ${what} must begin with https://.`);
    }
    return made;
  }

  /** @param {Record<"where" | "hub" | "repo" | "branch" | "chapter", string>} choice */
  function build(choice) {
    const repo = address(choice.repo, "repository");
    // the address of a file or a branch, as the browser's bar shows it, is that of its repository and more
    let path = repo.pathname
      .replace(/\/(?:-\/|(?:tree|blob|raw|src|commits?)\/).*$/, "")
      .replace(/\/+$/, "")
      .replace(/\.git$/, "");
    // these know no groups within groups: what comes behind owner and name is a page of issues, releases and so on
    if (/^(?:www\.)?(?:github\.com|codeberg\.org|bitbucket\.org)$/.test(repo.hostname)) {
      path = path.split("/").slice(0, 3).join("/");
    }
    let folder = "";
    try {
      folder = decodeURIComponent(path.split("/").pop() ?? "");
    } catch {
      throw new Error("The address of the repository has damaged escapes (%): copy it once more.");
    }
    if (
      /^(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)$/.test(repo.hostname) &&
      path.split("/").length < 3
    ) {
      throw new Error("The address of the repository must name its owner and the repository.");
    }
    if (!folder) throw new Error("The address of the repository must name the repository.");
    const branch = choice.branch.trim() || "main";
    if (/[\s?#%\\]|\.\./.test(branch)) throw new Error("A branch has no spaces and none of ? # % in its name.");
    const file = `notebooks/${choice.chapter}.ipynb`;
    if (choice.where === "binder") {
      const encode = encodeURIComponent;
      const place = repo.hostname === "github.com" ? `gh${path}` : `git/${encode(repo.origin + path)}`;
      return `https://mybinder.org/v2/${place}/${encode(branch)}?urlpath=${encode(`lab/tree/${file}`)}`;
    }
    const hub = address(choice.hub, "hub");
    // whatever page of the hub was copied: what comes before /hub/... or /user/... is the hub
    const root = (hub.origin + hub.pathname).replace(/\/(?:hub|user)(?:\/.*)?$/, "").replace(/\/+$/, "");
    const query = new URLSearchParams({ repo: repo.origin + path, branch, urlpath: `lab/tree/${folder}/${file}` });
    return `${root}/hub/user-redirect/git-pull?${query}`;
  }

  class LinkBuilder extends Block {
    static needs = "form";

    start() {
      const form = this.piece("form");
      this.out = this.piece("output");
      this.copy = this.piece(".emd-link-copy");
      this.said = this.piece("[role=status]");
      form.addEventListener("submit", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.make();
      });
      form.addEventListener("change", () => this.where());
      this.copy.addEventListener("click", () => copyOf(this.out, this.said));
      this.where();
    }

    restored() {
      super.restored();
      this.where();
    }

    /** @param {string} name */
    field(name) {
      return this.piece("form").elements[name];
    }

    where() {
      const binder = this.field("where").value === "binder";
      this.field("hub").closest("p").hidden = binder;
      this.field("hub").required = !binder;
    }

    make() {
      try {
        const [where, hub, repo, branch, chapter] = ["where", "hub", "repo", "branch", "chapter"].map(
          (name) => this.field(name).value,
        );
        this.out.textContent = build({ where, hub, repo, branch, chapter });
        this.copy.hidden = false;
        const other = /\/(?:tree|blob|src\/branch)\/([^/?#]+)/.exec(repo)?.[1];
        this.said.textContent =
          other && other !== (branch.trim() || "main")
            ? `The link is ready. It opens the branch ${branch.trim() || "main"}, and the address named ${other}: change the branch if you meant that.`
            : "The link is ready.";
      } catch (error) {
        this.out.textContent = "";
        this.copy.hidden = true;
        this.said.textContent = /** @type {Error} */ (error).message;
      }
    }
  }

  customElements.define("emd-linkbuilder", LinkBuilder);
})();
