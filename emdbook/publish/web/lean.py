"""Make the finished pages light without taking anything from the reader.

The theme ships 1.5 MB of icons as a script, a library for menus and hints, scripts for kernels in the page and three
style sheets of which a page uses a tenth.  This step runs when Sphinx has written the pages.  It joins what is used,
writes it under a name made from its content, and takes the rest out of the pages and out of the folder.  A page that
is light already (an incremental build) only gets the new names.  A bundler does some of it, and needs Node, which
nobody who builds the book has to have.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import rjsmin

from emdbook.ground.blocks import CORE
from emdbook.publish import blocks
from emdbook.publish.web.stylesheets import Used, reduced, with_icons

#: Scripts that make up a page, by the name in its address, in the order in which they run.
_SCRIPTS = (
    ("storage.js", "base"),
    (CORE, "base"),
    ("documentation_options.js", "base"),
    ("doctools.js", "base"),
    ("lean.js", "base"),
    ("windows.js", "base"),
    ("marks.js", "base"),
    ("scripts/sphinx-book-theme.js", "base"),
    ("scripts/pydata-sphinx-theme.js", "base"),
    ("clipboard.min.js", "copy"),
    ("copybutton.js", "copy"),
    ("design-tabs.js", "tabs"),
)
#: Scripts that no page needs: icons as a script, menus and hints, kernels in the page, drop-downs, and the search of
#: Sphinx, in whose place the book has its own.
_DROPPED = ("scripts/fontawesome.js", "scripts/bootstrap.js", "sphinx-thebe.js", "togglebutton.js",
            "copybutton_funcs.js", "searchtools.js", "language_data.js", "sphinx_highlight.js")
_DROPPED_SHEETS = ("sphinx-thebe.css", "togglebutton.css")
#: Order of the joined sheet; sheets that are not named here come before the book's own.
_SHEETS = ("basic.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css",
           "copybutton.css", "mystnb", "sphinx-design.min.css")
_OWN_SHEETS = (*(file.name for file in blocks.assets(".css")), "emd-palette.css", "emd.css", "lean.css")
#: What tells that a page needs a part.  The widgets' scripts are taken from the page's own list.
_SIGNS = {"copy": re.compile(r'<div class="highlight"><pre'), "tabs": re.compile('class="sd-tab')}

_LINK = re.compile(r'[ \t]*<link\b[^>]*>\n?')
_SCRIPT_TAG = re.compile(r'[ \t]*<script\b([^>]*)>(.*?)</script>\n?', re.S)
_ICON = re.compile(r'<(i|span)\b([^>]*?)\sclass="([^"]*\bfa(?:[srb]?|-(?:solid|regular|brands))\b[^"]*)"([^>]*)></\1>')
_INLINE = re.compile(r"\s*(?:let toggle\w+|var togglebuttonSelector|kernelName|DOCUMENTATION_OPTIONS)[\s.=]")
_TITLE = re.compile(r'<div class="([^"]*)"[^>]*>\s*<p class="admonition-title">(.*?)</p>', re.S)
_LEAN_SHEET = re.compile(r'_static/book\.[0-9a-f]{10}\.css')
_HINT = '<span class="emd-fold-hint" aria-hidden="true"><span>Click to show</span><span>Click to hide</span></span>'
_LEAN_SCRIPT = re.compile(r'_static/book-([a-z-]+)\.[0-9a-f]{10}\.js')


@dataclass
class Report:
    """What the step did."""

    pages: int = 0
    sheet: str = ""
    scripts: list[str] = field(default_factory=list)
    removed: int = 0  # bytes taken out of the folder


class Icons:
    """The theme's icons as drawings in the page, as its script would have put them there.

    Parameters
    ----------
    script : path
        The script with the drawings of all icons.
    """

    def __init__(self, script: Path):
        self.text = script.read_text(encoding="utf-8")
        self.known: dict[tuple[str, str], str] = {}

    def _drawing(self, style: str, name: str) -> str:
        if (style, name) not in self.known:
            head = rf'["{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]'
            found = re.findall(head, self.text)
            if not found:
                raise LookupError(f"the theme has no icon {name!r}")
            # brands come first in the script, then the regular and last the solid style
            width, height, path = found[-1 if style == "solid" else 0]
            self.known[style, name] = f'viewBox="0 0 {width} {height}"><path fill="currentColor" d="{path}"></path>'
        return self.known[style, name]

    def __call__(self, match: re.Match) -> str:
        names = match[3].split()
        style = next((s for s, marks in (("brands", {"fab", "fa-brands"}), ("regular", {"far", "fa-regular"}))
                      if marks & set(names)), "solid")
        names = [n for n in names if n not in ("fa", "fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands")]
        sizes = {"fa-lg", "fa-sm", "fa-xs", "fa-fw"}
        name = next((n[3:] for n in names if n.startswith("fa-") and n not in sizes), None)
        if name is None:
            return match[0]
        rest = re.sub(r'\s*title="[^"]*"', "", match[2] + match[4]).strip()
        rest = f" {rest}" if rest else ""
        return (f'<svg class="svg-inline--fa {" ".join(names)}" aria-hidden="true" focusable="false"{rest} '
                f"{self._drawing(style, name)}</svg>")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _static_name(address: str) -> str:
    """``../_static/scripts/x.js?v=1`` as ``scripts/x.js``; empty for anything else."""
    _, found, name = address.partition("?")[0].partition("_static/")
    return name if found else ""


def _parts(text: str) -> list[str]:
    """Which groups of scripts a page needs: by what stands in it, then the widgets' own in the page's order."""
    own = [_static_name(_attribute(m[1], "src")) for m in _SCRIPT_TAG.finditer(text)]
    known = {*_DROPPED, *(name for name, _ in _SCRIPTS)}
    own = [name.removesuffix(".js") for name in own if re.fullmatch(r"[a-z]+\.js", name) and name not in known]
    return ["base", *(name for name, sign in _SIGNS.items() if sign.search(text)), *own]


def _head(text: str, parts: list[str]) -> str:
    """The page with one style sheet and one script."""
    root = _attribute(text, "data-content_root") or "./"

    def link(match: re.Match) -> str:
        tag = match[0]
        if _attribute(tag, "rel") == "stylesheet" and _static_name(_attribute(tag, "href")):
            return ""
        return "" if _attribute(tag, "as") == "script" else tag

    def script(match: re.Match) -> str:
        attributes, body = match[1], match[2]
        name = _static_name(_attribute(attributes, "src"))
        if name in _DROPPED or any(name == known for known, _ in _SCRIPTS) or name.removesuffix(".js") in parts:
            return ""
        if "thebe" in attributes or _INLINE.match(body):
            return ""
        if _attribute(attributes, "src").endswith("searchindex.js"):
            return ""  # the theme asks for it on every page; the search asks for it when it is used
        return match[0]

    text = _SCRIPT_TAG.sub(script, _LINK.sub(link, text))
    # once is enough
    for match in reversed(list(re.finditer(r'<meta name="viewport"[^>]*>', text))[1:]):
        text = text[:match.start()] + text[match.end():]
    place = f'<link rel="stylesheet" href="{root}_static/book.0000000000.css">\n' \
            f'<script defer src="{root}_static/book-{"-".join(parts)}.0000000000.js"></script>\n'
    at = text.index("</title>") + len("</title>")
    return text[:at] + "\n" + place + text[at:]


def dropdowns(text: str) -> str:
    """Admonitions that fold, as native ``<details>``."""
    for match in reversed(list(_TITLE.finditer(text))):
        names = match[1].split()
        if "admonition" not in names or not {"dropdown", "toggle"} & set(names):
            continue
        depth, end = 0, None
        for tag in re.finditer(r"<div\b|</div>", text[match.start():]):
            depth += 1 if tag[0] == "<div" else -1
            if depth == 0:
                end = match.start() + tag.start()
                break
        if end is None:
            continue
        names = [n for n in names if n not in ("toggle", "toggle-shown", "dropdown")]
        box = text[match.start():match.end()]
        box = box[4:box.index(">")].replace(match[1], " ".join([*names, "emd-fold"]))
        shown = " open" if "toggle-shown" in match[1].split() else ""
        title = f'<details{box}{shown}>\n<summary class="admonition-title">{match[2]}{_HINT}</summary>'
        text = f"{text[:match.start()]}{title}{text[match.end():end]}</details>{text[end + len('</div>'):]}"
    return text


def _menus(text: str) -> str:
    """The download menu as native ``<details>``, hints as an attribute that the style sheet shows."""
    def menu(match: re.Match) -> str:
        inner = re.sub(r'<button class="btn dropdown-toggle"[^>]*aria-label="([^"]*)"[^>]*>(.*?)</button>',
                       r'<summary class="btn dropdown-toggle" aria-label="\1">\2</summary>', match[1],
                       count=1, flags=re.S)
        return f'<details class="dropdown dropdown-download-buttons">{inner}</details>'

    text = re.sub(r'<div class="dropdown dropdown-download-buttons">(.*?</ul>\s*)</div>', menu, text, flags=re.S)

    def hint(match: re.Match) -> str:
        tag = re.sub(r'\s*data-bs-(?:toggle="tooltip"|placement="[^"]*")', "", match[0])
        title = re.search(r'\s+(?:data-bs-title|title)="([^"]*)"', tag)
        if "dropdown-item" in tag or title is None:  # the words stand beside the icon; the title adds to them
            return tag
        tag = tag.replace(title[0], f' data-tip="{title[1]}"')
        return tag if "aria-label=" in tag else f'{tag[:-1].rstrip()} aria-label="{title[1]}">'

    return re.sub(r'<(?:button|a)\b[^>]*data-bs-toggle="tooltip"[^>]*>', hint, text)


#: The theme asks for the mode again after the first paint, and complains when there is none yet.
_THEME = """<script>
    (function (root) {
      var mode = "auto";
      try { mode = localStorage.getItem("mode") || "auto"; } catch (error) { /* storage is closed */ }
      if (!/^(auto|light|dark)$/.test(mode)) mode = "auto";
      root.mode = mode;
      var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
      root.theme = mode !== "auto" ? mode : dark ? "dark" : "light";
      // On the way to a place within the page every height must be known; at its top, what is below may come later.
      var way = performance.getEntriesByType("navigation")[0];
      if (!location.hash && way && way.type === "navigate") root.settling = "";
    })(document.documentElement.dataset);
  </script>
"""
_OLD_THEME = re.compile(r'<script data-cfasync="false">.*?</script>\n?', re.S)


#: What a page may load and run.  Styles stand in the drawings too, so those within the page are allowed; a blob is a
#: drawing on its way to a picture.
_POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:", "font-src": "'self' data:", "connect-src": "'self'", "form-action": "'self'",
    "base-uri": "'none'",
}
#: What a page may do beyond that, by what stands in it: Python on the page runs in a worker made of a blob.
_ALLOWED = ((re.compile(r"<emd-(?:python|own)\b"), {"worker-src": "'self' blob:", "script-src": "'wasm-unsafe-eval'"}),)
_POLICY_TAG = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
_HANDLER = re.compile(r'\sonclick="(?:window\.)?(\w+)\((?:this)?\)"')


def policy(text: str) -> str:
    """What a page may load and run, as its Content-Security-Policy.

    Parameters
    ----------
    text : str
        The page.  Scripts that stand in it are named by their hash.

    Returns
    -------
    str
    """
    rules = {name: [sources] for name, sources in _POLICY.items()}
    for attributes, body in _SCRIPT_TAG.findall(text):
        if not _attribute(attributes, "src") and _attribute(attributes, "type") in ("", "text/javascript", "module"):
            digest = base64.b64encode(hashlib.sha256(body.encode("utf-8")).digest()).decode("ascii")
            rules["script-src"].append(f"'sha256-{digest}'")
    for sign, more in _ALLOWED:
        if sign.search(text):
            for name, sources in more.items():
                rules.setdefault(name, []).append(sources)
    return "; ".join(f"{name} {' '.join(dict.fromkeys(sources))}" for name, sources in rules.items())


def _ruled(text: str) -> str:
    """The page with its policy before everything that loads."""
    text = _POLICY_TAG.sub("", text)
    tag = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy(text), quote=False)}">\n'
    at = re.search(r"<meta charset=[^>]*>\s*", text) or re.search(r"<head[^>]*>\s*", text)
    return text[:at.end()] + tag + text[at.end():]


def _description(text: str) -> str:
    """The first paragraph of the page, for search engines."""
    _, _, body = text.partition("<article")
    paragraph = re.search(r"</h1>\s*(?:<[^p][^>]*>\s*)*<p>(.*?)</p>", body, re.S)
    words = " ".join(re.sub(r"<[^>]+>", "", paragraph[1]).split()) if paragraph else ""
    return words.replace('"', "&quot;")[:300]


def _lightened(text: str, icons: Icons) -> str:
    parts = _parts(text)
    text = _menus(dropdowns(_head(text, parts)))
    # a fold is called what it says: "Show code cell source", which is then not its description as well
    text = text.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    text = _OLD_THEME.sub(lambda _: _THEME, text, count=1)
    # without scripts the page has a theme too
    if 'name="description"' not in text and (said := _description(text)):
        text = text.replace("</title>", f'</title>\n<meta name="description" content="{said}">', 1)
    # the logo and the search stand in the sidebar, outside its navigation
    text = text.replace('<div id="pst-primary-sidebar"', '<div id="pst-primary-sidebar" role="complementary" '
                        'aria-label="The book"', 1)
    opening = re.search(r"<html\b[^>]*>", text)
    bare = re.sub(r'\s+data-(?:theme|mode)="[^"]*"', "", opening[0])
    text = text.replace(opening[0], bare.replace("<html", '<html data-theme="light" data-mode="auto"', 1), 1)
    text = _ICON.sub(icons, text)
    text = re.sub(r'<div id="ethical-ad-placement".*?</div>', "", text, flags=re.S)
    text = _HANDLER.sub(r' data-act="\1"', text)  # lean.js listens: no code stands in an attribute
    if "bd-sidebar-secondary" not in text:  # known here; a browser knows it only at the end, when lines have broken
        text = text.replace('class="bd-content"', 'class="bd-content emd-wide"', 1)
    return text


#: Names that a file of Sphinx declares for those that follow.
_DECLARED = re.compile(r"^(?:const|let|class)\s+([\w$]+)", re.M)


def _guarded(name: str, text: str) -> str:
    """One file of a joined script: where it fails, the files after it still run.

    Within the braces a name that the file declares would end with it, so each is handed on to the page.
    """
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.M)
    # found by their place at the start of a line, so before the lines are closed up
    declared = "".join(f"globalThis.{known}={known};" for known in _DECLARED.findall(text))
    return f"try{{\n{rjsmin.jsmin(text).strip()}\n;{declared}}}catch(error){{console.error({name!r},error)}}"


def _bundle(static: Path, parts: list[str]) -> str:
    texts = []
    own = [(f"{part}.js", part) for part in parts if part not in {p for _, p in _SCRIPTS}]
    for name, part in (*_SCRIPTS, *own):
        file = static / name
        if part in parts and file.is_file():
            text = file.read_text(encoding="utf-8")
            if name == "documentation_options.js":
                text = text.replace("DOCUMENTATION_OPTIONS = {", "DOCUMENTATION_OPTIONS = {\n    "
                                    "search_as_you_type: false,", 1)
            texts.append(_guarded(name, text))
    return "\n".join([*texts, ""])


def _named(static: Path, stem: str, suffix: str, text: str) -> str:
    name = f"{stem}.{hashlib.sha256(text.encode('utf-8')).hexdigest()[:10]}{suffix}"
    (static / name).write_text(text, encoding="utf-8")
    return name


def _sheets(static: Path) -> list[Path]:
    found = {f.relative_to(static).as_posix(): f for f in static.rglob("*.css")
             if not re.fullmatch(r"book\.[0-9a-f]{10}\.css", f.name)}

    def place(name: str) -> int:
        if name in _OWN_SHEETS:
            return 100 + _OWN_SHEETS.index(name)
        return next((i for i, known in enumerate(_SHEETS) if name.startswith(known)), 50)

    names = [n for n in found if n not in _DROPPED_SHEETS and n != "styles/theme.css"]
    return [found[n] for n in sorted(names, key=lambda n: (place(n), n))]


def lighten(outdir: Path | str) -> Report:
    """Make every page of a built book light.

    Parameters
    ----------
    outdir : path
        The folder with the pages, as Sphinx wrote it.

    Returns
    -------
    Report
    """
    outdir, report = Path(outdir), Report()
    static = outdir / "_static"
    before = _size(static)
    pages: dict[Path, str] = {}
    icons: Icons | None = None
    for file in sorted(outdir.rglob("*.html")):
        if static in file.parents:
            continue
        text = file.read_text(encoding="utf-8")
        if "_static/scripts/pydata-sphinx-theme.js" in text:
            icons = icons or Icons(static / "scripts" / "fontawesome.js")
            text = _lightened(text, icons)
        elif not _LEAN_SHEET.search(text):  # a redirect, or a page of another kind
            continue
        pages[file] = text
    if not pages or not (static / "doctools.js").is_file():  # nothing was written, so nothing was copied anew
        return report
    used = Used()
    for text in pages.values():
        used.page(text)
    groups = sorted({match[1] for text in pages.values() for match in _LEAN_SCRIPT.finditer(text)})
    bundles = {group: _bundle(static, group.split("-")) for group in groups}
    for text in bundles.values():
        used.script(text)
    sheet = with_icons(reduced(_sheets(static), static, used), static)
    for old in (*static.glob("book.*.css"), *static.glob("book-*.js")):
        old.unlink()
    report.sheet = _named(static, "book", ".css", sheet)
    names = {group: _named(static, f"book-{group}", ".js", text) for group, text in bundles.items()}
    report.scripts = sorted(names.values())
    for file, text in pages.items():
        new = _LEAN_SHEET.sub(f"_static/{report.sheet}", text)
        new = _ruled(_LEAN_SCRIPT.sub(lambda m: f"_static/{names[m[1]]}", new))
        file.write_text(new, encoding="utf-8")
        report.pages += 1
    _clear(static, {f"{part}.js" for group in groups for part in group.split("-")})
    report.removed = before - _size(static)
    return report


def _size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def _clear(static: Path, joined: set[str]) -> None:
    """Take out of the folder what no page asks for any more."""
    for folder in ("scripts", "styles", "vendor", "locales"):
        shutil.rmtree(static / folder, ignore_errors=True)
    gone = {name for name, _ in _SCRIPTS} | set(_DROPPED) | joined
    for file in static.iterdir():
        sheet = file.suffix == ".css" and not file.name.startswith("book.")
        if file.is_file() and (sheet or file.name in gone or file.suffix == ".map" or "macros" in file.name):
            file.unlink()
