"""The zip to take along in two sizes: with the Python of the pages, and without."""

import zipfile

import pytest

from emdbook.publish.offline import archive

PAGE = '<emd-python id="python-3" data-title="E" data-python="../_static/python/manifest.0.js"></emd-python>'


@pytest.fixture
def built(tmp_path, monkeypatch):
    files = {"_build/html/index.html": "<p>", "_build/html/notebooks/a.html": PAGE,
             "_build/html/_static/python/manifest.0.js": "x", "_build/html/_static/book.css": "y",
             "_build/slides/index.html": "<p>", "notebooks/a.ipynb": "{}", "data/a.csv": "a"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(archive, "project_dir", lambda: tmp_path)
    monkeypatch.setattr(archive, "data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(archive, "index_page", lambda: tmp_path / "_build/html/index.html")
    return tmp_path


def test_the_small_one_says_that_it_has_none(built):
    held = dict(archive.contents())
    assert not any("_static/python" in name for name in held)
    assert b"data-python" not in held["html/notebooks/a.html"]
    assert b"<emd-python" in held["html/notebooks/a.html"]
    assert b"html/_static/python" not in held["README.txt"]
    assert held["html/_static/book.css"] == b"y"


def test_the_large_one_has_it(built):
    held = dict(archive.contents(python=True))
    assert held["html/_static/python/manifest.0.js"] == b"x"
    assert held["html/notebooks/a.html"] == PAGE.encode()
    assert b"every exercise runs in the page" in held["README.txt"]
    assert archive.has_python()
    small, large = archive.write_archive(), archive.write_archive(python=True)
    assert small.name != large.name
    with zipfile.ZipFile(large) as zipped:
        assert f"{archive.NAME}/html/_static/python/manifest.0.js" in zipped.namelist()
