"""Tables that a spreadsheet has saved come back into form; what cannot be told without a guess is left to the check."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess

import pytest

from emdbook.cli import main
from emdbook.evidence.__main__ import main as check
from emdbook.evidence.descriptor import read_descriptor
from emdbook.evidence.reading import read_table
from emdbook.evidence.tidy import differences, put_back, tidied, tidy
from emdbook.ground.faults import EvidenceError
from emdbook.ground.paths import data_dir

SPEC, _ = read_descriptor(data_dir())
LANGUAGES = {"English": (",", "\r\n", "TRUE", "FALSE", "."), "German": (";", "\r\n", "WAHR", "FALSCH", ","),
             "French": ("\t", "\n", "VRAI", "FAUX", ",")}


def saved(spec, text: str, language: str) -> bytes:
    """A table as a spreadsheet in a language saves it when nothing was changed."""
    parter, end, true, false, point = LANGUAGES[language]
    kinds = {one.name: one.type for one in spec.fields}
    header, *rows = csv.reader(io.StringIO(text))
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=parter, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        cells = []
        for name, cell in zip(header, row, strict=True):
            kind = kinds[name]
            cells.append({"true": true, "false": false}.get(cell, cell) if kind == "boolean" else
                         cell.replace(".", point) if kind == "number" or name == "p_value" else cell)
        writer.writerow(cells)
    return b"\xef\xbb\xbf" + made.getvalue().encode("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_comes_back_as_it_was(language):
    for spec in SPEC.tables.values():
        text = (data_dir() / spec.path).read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        assert list(csv.reader(io.StringIO(tidied(spec, saved(spec, text, language))))) == rows, spec.path
        assert list(csv.reader(io.StringIO(tidied(spec, text.encode("utf-16"))))) == rows, spec.path
        assert tidied(spec, text.encode()) == text, "a table in form is left alone"


def test_what_was_changed_in_a_figure_is_named_and_not_mended(tmp_path, monkeypatch, capsys):
    """A spreadsheet that reads 0.002 as two thousand and two: nobody can know, so a person has to look."""
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "a"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    file = folder / "outcomes.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    row = next(one for one in rows if one["p_value"] == "0.001")
    text = file.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"{row['outcome_id']},"))
    file.write_bytes(saved(SPEC.tables["outcomes"], text.replace(line, line.replace(",0.001,", ",1,")), "English"))
    written, back, changed = tidy(folder)
    assert (written, back) == (["outcomes.csv"], [])
    assert changed == [f"outcomes.csv: {row['outcome_id']}, p_value: 0.001 became 1"]
    assert check(["check", str(folder)]) == 1
    assert "must be a P value with its decimals" in capsys.readouterr().out
    monkeypatch.setenv("EMDBOOK_DATA", str(folder))
    assert main(["tidy"]) == 0
    assert "1 cells or rows differ" in capsys.readouterr().out


@pytest.mark.parametrize(("cells", "came", "left"), [
    ("1.70 2.0 3.5", "1.7 2 3.5", "1.70 2.0 3.5"),  # LibreOffice Calc in English
    ("1.70 2.0 3.5", "1.7 2.0 3.5", "1.7 2.0 3.5"),  # one zero was taken away by hand: the other is still there
    ("0.002 1.104 0.02", "2 1104 0.02", "0.002 1.104 0.02"),  # in German
    ("0.002 1.104 0.02", "3 1104 0.02", "3 1104 0.02"),  # one alone may be meant
    ("0.002 1.104 2.095", "3 1104 2095", "3 1.104 2.095"),  # and a change of one's own beside them stays
    ("3+ 2+ 4", "3 2 4", "3+ 2+ 4"), ("3+ 2+ 4", "3 2+ 4", "3 2+ 4")])
def test_a_form_that_a_spreadsheet_reads_otherwise_is_put_back(cells, came, left):
    spec = SPEC.tables["glossary"]
    old, new, wanted = ("".join(["term,abbreviation,zh,definition\n",
                                 *(f"T{number},,,{cell}\n" for number, cell in enumerate(words.split()))])
                        for words in (cells, came, left))
    text, said = put_back(spec, old, new)
    assert text == wanted
    assert len(said) == (wanted != new)


@pytest.mark.parametrize(("data", "said"), [
    (b"term;abbreviation\nEMD;x\n", "must have the columns term, abbreviation, zh, definition"),
    (b"term,abbreviation,zh,definition\nEMD,x\n", "has 2 cells"),
    ("term,abbreviation,zh,definition\nEMD,x,é,y\n".encode("cp1252"), "not UTF-8"), (b"", "must have the columns")])
def test_what_cannot_be_tidied_is_one_sentence(data, said):
    with pytest.raises(EvidenceError, match=said):
        tidied(SPEC.tables["glossary"], data)


def test_nothing_is_written_where_one_table_cannot_be_tidied(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    (folder / "glossary.csv").write_text("a;b\n")
    arms = (folder / "arms.csv").read_bytes().replace(b"\n", b"\r\n")
    (folder / "arms.csv").write_bytes(arms)
    with pytest.raises(EvidenceError):
        tidy(folder)
    assert (folder / "arms.csv").read_bytes() == arms


def test_a_row_that_stands_twice_is_named_and_not_lost():
    spec = SPEC.tables["glossary"]
    old = "term,abbreviation,zh,definition\nA,,,1.70\nB,,,y\n"
    text, said = put_back(spec, old, "term,abbreviation,zh,definition\nA,,,1.7\nB,,,y\nB,,,z\n")
    assert text == "term,abbreviation,zh,definition\nA,,,1.70\nB,,,y\nB,,,z\n"
    assert len(said) == 1
    assert list(differences(spec, old, text)) == ["glossary.csv: B stands twice",
                                                  "glossary.csv: B, definition: y became z"]


def test_a_table_without_its_last_line_break_is_not_called_in_form():
    text = "term,abbreviation,zh,definition\nA,,,x"
    assert tidied(SPEC.tables["glossary"], text.encode()) == f"{text}\n"


def test_rows_that_came_and_went_are_named():
    spec = SPEC.tables["glossary"]
    old = "term,abbreviation,zh,definition\nA,,,x\nB,,,y\n"
    new = "term,abbreviation,zh,definition\nA,,,z\nC,,,y\n"
    assert list(differences(spec, old, new)) == ["glossary.csv: A, definition: x became z", "glossary.csv: C is new",
                                                 "glossary.csv: B is gone"]


@pytest.mark.parametrize(("parter", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_the_check_says_once_what_parts_the_cells_and_what_mends_it(tmp_path, parter, name):
    spec = SPEC.tables["glossary"]
    (tmp_path / "glossary.csv").write_text(f"{parter.join(spec.columns)}\nA{parter * 3}\n")
    _, faults = read_table(spec, tmp_path)
    assert len(faults) == 1
    assert name in faults[0].rule
    assert "emdbook tidy" in faults[0].rule


def test_after_a_spreadsheet_the_check_names_the_command(tmp_path, capsys):
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    text = (folder / "studies.csv").read_text(encoding="utf-8")
    (folder / "studies.csv").write_text(text.replace(",true,", ",TRUE,"), encoding="utf-8")
    assert check(["check", str(folder)]) == 1
    assert "python -m emdbook tidy" in capsys.readouterr().out
    tidy(folder)
    assert check(["check", str(folder)]) == 0
