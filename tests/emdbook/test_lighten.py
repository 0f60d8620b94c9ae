"""The step that makes pages light: what it keeps of sheets and pages, and what it takes out."""

from __future__ import annotations

import re

import pytest

from emdbook.publish.web import lean, stylesheets
from emdbook.publish.web.stylesheets import Used, reduced

PAGE = """<!DOCTYPE html>
<html lang="en" data-content_root="../" data-theme="auto"><head><meta charset="utf-8" />
<meta name="viewport" content="a"/><meta name="viewport" content="b"/><title>T</title>
<script data-cfasync="false">document.documentElement.dataset.mode = localStorage.getItem("mode") || "";</script>
<link href="../_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="stylesheet" type="text/css" href="../_static/widget.css" />
<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>
<link rel="preload" as="script" href="../_static/scripts/bootstrap.js?digest=1" />
<script src="../_static/documentation_options.js"></script><script src="../_static/doctools.js"></script>
<script>let toggleHintShow = 'Click to show';</script><script>DOCUMENTATION_OPTIONS.pagename = 'x';</script>
<script defer="defer" src="../_static/widget.js?v=1"></script>
<script src="../_static/searchtools.js"></script><script src="../searchindex.js"></script>
<link rel="icon" href="../_static/f.svg"/></head><body>
<button class="btn" title="Toggle sidebar" data-bs-placement="bottom" data-bs-toggle="tooltip"><span class="fa-solid fa-bars"></span></button>
<div class="dropdown dropdown-download-buttons">
<button class="btn dropdown-toggle" type="button" data-bs-toggle="dropdown" aria-expanded="false" aria-label="Download this page">
<i class="fas fa-bars"></i></button><ul class="dropdown-menu"><li><a class="dropdown-item">x</a></li></ul>
</div>
<article><div class="note dropdown admonition" id="a"><p class="admonition-title">Hint <em>one</em></p>
<div><p>inner</p></div></div><div class="admonition note"><p class="admonition-title">Plain</p></div>
<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
<script type="text/x-thebe-config">{}</script><script>kernelName = 'python3'</script></article>
<script defer src="../_static/scripts/pydata-sphinx-theme.js?digest=1"></script></body></html>
"""  # noqa: E501
SHEET = """@charset "UTF-8"; @import "../basic.css";
:root,[data-bs-theme=dark]{--used:1px;--through:var(--used);--unused:2px;--emd-c-ink:#000}
.btn,.never{padding:var(--through)} .btn:hover::after{content:"\\f0c9"} .card .btn{color:red}
@media print{.never{display:none}} @media screen{.admonition > .admonition-title{margin:0}}
table td{color:blue} a[data-gone]{color:red} html[data-theme=dark] body:not(.never){color:white}
:is(.never,.dropdown-item){top:0} @keyframes spin{to{left:0}} @keyframes live{to{left:0}} .live{animation:1s live}
.btn{background:url(../images/x.png),url("data:image/png;base64,AA")}
@font-face{font-family:Unused;src:url(a.woff2)} @container (max-width:3rem){.btn{top:1px}}
"""


@pytest.fixture
def site(tmp_path):
    static = tmp_path / "_static"
    for folder in ("styles", "scripts", "vendor/fontawesome"):
        (static / folder).mkdir(parents=True)
    (static / "styles" / "theme.css").write_text('@import "../basic.css";')
    (static / "basic.css").write_text("p{margin:0}")
    (static / "styles" / "pydata-sphinx-theme.css").write_text(SHEET)
    (static / "widget.css").write_text(".inner{top:2px}")
    (static / "scripts" / "fontawesome.js").write_text(
        'x={bars:[1,1,[],"f0c9","M-brand"]};y={bars:[448,512,["navicon"],"f0c9","M-solid"]}')
    for name, text in (("documentation_options.js", "const DOCUMENTATION_OPTIONS = {\n    VERSION: ''};"),
                       ("doctools.js", '"use strict";\nconst tools = () => {\n  const inner = 1;\n  return inner;\n};'),
                       ("widget.js", "var live = 'live';"),
                       ("lean.js", "var lean;\n//# sourceMappingURL=x"), ("searchtools.js", "var Search;"),
                       ("scripts/pydata-sphinx-theme.js", "var theme;"), ("scripts/bootstrap.js", "var bootstrap;")):
        (static / name).write_text(text)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.html").write_text(PAGE)
    (tmp_path / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=pages/one.html" />')
    return tmp_path


def page(site):
    return (site / "pages" / "one.html").read_text()


def test_one_sheet_one_script_and_nothing_else(site):
    report = lean.lighten(site)
    text = page(site)
    assert re.findall(r'(?:href|src)="\.\./([^"]+)"', text) == [
        f"_static/{report.sheet}", f"_static/{report.scripts[0]}", "_static/f.svg"]
    assert report.scripts[0].startswith("book-base-widget.")
    script = (site / "_static" / report.scripts[0]).read_text()
    places = [script.index(word) for word in ("DOCUMENTATION_OPTIONS", "tools", "theme", "'live'")]
    assert places == sorted(places)
    assert "sourceMappingURL" not in script
    # what a file declares is there for the next, and nothing from within a function
    assert re.findall(r"globalThis\.(\w+)=", script) == ["DOCUMENTATION_OPTIONS", "tools"]
    assert script.count("try{") == script.count("}catch(error){console.error(") == 5
    assert "search_as_you_type:false" in script
    left = {f.name for f in (site / "_static").rglob("*") if f.is_file()}
    assert left == {report.sheet, *report.scripts}
    for word in ("thebe", "kernelName", "toggleHint", "fontawesome", "bootstrap.js", "tooltip", "cfasync"):
        assert word not in text
    assert text.count('name="viewport"') == 1
    assert text.startswith('<!DOCTYPE html>\n<html data-theme="light" data-mode="auto" lang="en"')


def test_the_page_keeps_its_words_and_drawings(site):
    lean.lighten(site)
    text = page(site)
    assert '<details class="note admonition emd-fold" id="a">\n<summary class="admonition-title">Hint <em>' in text
    assert "<div><p>inner</p></div></details><div class=" in text
    assert '<div class="admonition note"><p class="admonition-title">Plain</p></div>' in text
    assert '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>' in text
    assert '<svg class="svg-inline--fa fa-bars" aria-hidden="true" focusable="false" viewBox="0 0 448 512">' in text
    assert "M-brand" not in text
    assert 'data-tip="Toggle sidebar" aria-label="Toggle sidebar">' in text
    assert '<summary class="btn dropdown-toggle" aria-label="Download this page">' in text
    assert text.count("<details") == text.count("</details>") == 2
    assert (site / "index.html").read_text().startswith("<meta")


def test_the_sheet_has_what_the_site_uses(site):
    sheet = (site / "_static" / lean.lighten(site).sheet).read_text()
    for kept in ("p{margin:0}", ".btn{padding:var(--through)}", '.btn:hover::after{content:"\uf0c9"}',
                 "@media screen{.admonition > .admonition-title{margin:0}}", "body:not(.never)", "--emd-c-ink",
                 "--through:var(--used)", "--used:1px", ".dropdown-item", "@keyframes live", "url(images/x.png)",
                 '"data:image/png;base64,AA"', "@container (max-width:3rem)"):
        assert kept in sheet, kept
    for gone in ("--unused", ".card", "table td", "data-gone", "@media print", "spin", "Unused", "@import",
                 "data-bs-theme"):
        assert gone not in sheet, gone


def test_it_can_be_done_again(site):
    first = lean.lighten(site)
    before = page(site)
    assert lean.lighten(site).pages == 0  # nothing was written since
    assert page(site) == before
    # an incremental build: the sheets are copied again, one page is written anew, the other is light already
    again = site.parent / "again"
    again.mkdir()
    other = site / "pages" / "two.html"
    for name in ("basic.css", "styles/pydata-sphinx-theme.css", "widget.css", "scripts/fontawesome.js"):
        (site / "_static" / name).parent.mkdir(exist_ok=True)
    (site / "_static" / "basic.css").write_text("p{margin:1px}")
    (site / "_static" / "scripts" / "fontawesome.js").write_text('y={bars:[448,512,[],"f0c9","M-solid"]}')
    for name in ("doctools.js", "documentation_options.js", "widget.js"):
        (site / "_static" / name).write_text("var x;")
    other.write_text(PAGE)
    second = lean.lighten(site)
    assert second.pages == 2
    assert second.sheet != first.sheet
    assert second.sheet in page(site)
    assert second.sheet in other.read_text()
    assert not (site / "_static" / first.sheet).exists()


def test_the_same_site_gives_the_same_bytes(site, tmp_path):
    import shutil

    shutil.copytree(site, tmp_path / "copy")
    lean.lighten(site)
    lean.lighten(tmp_path / "copy")
    assert page(site) == (tmp_path / "copy" / "pages" / "one.html").read_text()


def test_an_icon_the_theme_does_not_have_is_an_error(site):
    file = site / "pages" / "one.html"
    file.write_text(PAGE.replace("fas fa-bars", "fas fa-nowhere"))
    with pytest.raises(LookupError, match="nowhere"):
        lean.lighten(site)


def test_names_in_scripts_count_as_used():
    used = Used()
    used.page('<div class="a b" id="c"></div><script class="emd-frames">PGRpdiBjbGFzcz0iZCI+</script>')
    used.script("e.classList.add('made-here')")
    assert used.has("classes", "a")
    assert used.has("ids", "c")
    assert used.has("classes", "made-here")
    assert not used.has("classes", "never")


def test_addresses_follow_the_sheet():
    assert stylesheets._rewritten("url(../fonts/a.woff) url(#x) url('b.png')", "styles") == \
        "url(fonts/a.woff) url(#x) url('styles/b.png')"


def joined(tmp_path, css: str) -> str:
    """A sheet as it comes out where the page uses classes a and b."""
    sheet = tmp_path / "x.css"
    sheet.write_text(css, encoding="utf-8")
    used = Used()
    used.page('<p class="a" data-x="p  q"></p><p class="b"></p>')
    return reduced([sheet], tmp_path, used).split("\n", 1)[1].strip()


@pytest.mark.parametrize(("css", "out"), [
    (".a{color:red;&:hover{color:blue}}", ".a{color:red;&:hover{color:blue}}"),
    (".a{color:red;@media print{color:blue}}", ".a{color:red;@media print{color:blue}}"),
    ('.a::before{content:"a  b" /* x */}', '.a::before{content:"a  b"}'),
    ('.a[data-x="p  q"]{margin:  0   1px}', '.a[data-x="p  q"]{margin:0 1px}'),
    ("@layer base, book;.a{color:red}", "@layer base, book;\n.a{color:red}"),
    (".a{color:red}.c{color:blue}", ".a{color:red}"),
])
def test_rules_keep_their_meaning(tmp_path, css, out):
    assert joined(tmp_path, css) == out


def test_a_sheet_that_loads_another_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r'@import "y\.css"'):
        joined(tmp_path, "@import 'y.css';.a{color:red}")
