"""What is taken along, read by those who take it: the core of Anki, a reader of QTI, and by hand."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest

import emdbook
from emdbook.publish.exports import cards, listing, planned, qti, scorm
from emdbook.publish.exports.write import evidence_date
from emdbook.teach.quiz.bank import Option, Question, QuestionSet, load_questions
from emdbook.teach.quiz.moodle import to_xml, whole_bank
from emdbook.teach.quiz.render import markup, ordered

SET = "09_bispecific_antibodies"
#: Signs that one of the forms takes for its own.
NASTY = "5 < 6 & *so* \\ ` _a_ {b} [c](d) # + - . ! | ~ $x$ ^ : \"q\" 'r' 1. a) ... = %"


@pytest.fixture(scope="module")
def made():
    return load_questions(SET)


@pytest.fixture(scope="module")
def nasty():
    options = tuple(Option(f"{NASTY} {i}", i == 0, f"{NASTY} why {i}") for i in range(4))
    one = Question("q-1", NASTY, "easy", f"{NASTY} stem", options, patient=f"{NASTY} patient", rests_on=("PI-1",))
    return QuestionSet("00_nasty", NASTY, (one,))


# --- Anki -----------------------------------------------------------------------------------------------------------

def imported(collection, path):
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    return collection.import_anki_package(request).log


def test_anki_takes_the_deck_once_and_finds_nothing_new_the_second_time(made, tmp_path):
    collection_of = pytest.importorskip("anki.collection").Collection
    path = tmp_path / "deck.apkg"
    cards.write_package([cards.question_deck(made, "Evidence up to today")], path)
    collection = collection_of(str(tmp_path / "collection.anki2"))
    assert len(imported(collection, path).new) == len(made.questions)
    cards.write_package([cards.question_deck(made, "Evidence up to today")], path)
    again = imported(collection, path)
    assert len(again.new) == 0
    assert collection.note_count() == collection.card_count() == len(made.questions)
    assert cards.deck_name(made) in [deck.name for deck in collection.decks.all_names_and_ids()]
    shown = {}
    for card_id in collection.find_cards(""):
        card = collection.get_card(card_id)
        shown[card.note()["Id"]] = (card.question(), card.answer())
    for question in made.questions:
        front, back = shown[f"{SET}.{question.id}"]
        assert markup(question.stem) in front
        assert all(markup(o.text) in front for o in question.options)
        assert not any(markup(o.explanation) in front for o in question.options)
        assert all(markup(o.explanation) in back for o in question.options)
        assert "Evidence up to today" in back
    collection.close()


def test_a_mended_card_is_the_same_card(made, tmp_path):
    collection_of = pytest.importorskip("anki.collection").Collection
    path = tmp_path / "deck.apkg"
    collection = collection_of(str(tmp_path / "collection.anki2"))
    cards.write_package([cards.question_deck(made, "2026")], path)
    imported(collection, path)
    cards.write_package([cards.question_deck(QuestionSet(made.set_id, made.title, made.questions[::-1]), "2027")], path)
    assert len(imported(collection, path).new) == 0
    assert collection.note_count() == len(made.questions)
    collection.close()


def test_the_deck_of_criteria_and_the_dates():
    deck = cards.fact_deck(emdbook.load(), "today")
    assert len(deck.notes) == len(cards.FACTS)
    assert len({note.guid for note in deck.notes}) == len(cards.FACTS)
    assert re.fullmatch(r"Evidence up to [\w -]+", evidence_date(SET))


# --- QTI ------------------------------------------------------------------------------------------------------------

def texts(path):
    """Every text of a package as a reader of QTI sees it, tags taken off."""
    with zipfile.ZipFile(path) as package:
        names = [n for n in package.namelist() if n.endswith(".xml") and "meta" not in n and "manifest" not in n]
        root = ET.fromstring(package.read(names[0]))
    found = [node.text or "" for node in root.iter() if node.tag.endswith("mattext")]
    return root, [" ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split()) for text in found]


def plain(text):
    return " ".join(html.unescape(re.sub(r"</?em>", "", markup(text))).split())


def test_qti_keeps_every_text_and_every_reason(made, nasty, tmp_path):
    for one in (made, nasty):
        qti.write_qti(one, tmp_path / "q.zip")
        root, found = texts(tmp_path / "q.zip")
        assert len([n for n in root.iter() if n.tag.endswith("}item")]) == len(one.questions)
        for question in one.questions:
            for wanted in (question.stem, question.patient, *(t for o in question.options
                                                              for t in (o.text, o.explanation))):
                assert any(plain(wanted) in text for text in found), wanted


def test_qti_scores_the_key(made, tmp_path):
    qti.write_qti(made, tmp_path / "q.zip")
    root, _ = texts(tmp_path / "q.zip")
    space = root.tag.partition("}")[0] + "}"
    for item, question in zip(root.iter(f"{space}item"), made.questions, strict=True):
        labels = [(node.get("ident"), plain_of(node, space)) for node in item.iter(f"{space}response_label")]
        scored = [c.findtext(f".//{space}varequal") for c in item.iter(f"{space}respcondition")
                  if c.find(f"{space}setvar") is not None]
        key = next(o for o in question.options if o.correct)
        assert [text for ident, text in labels if ident in scored] == [plain(key.text)]
        assert [text for _, text in labels] == [plain(o.text) for o in ordered(question)]


def plain_of(node, space):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", node.findtext(f".//{space}mattext"))).split())


# --- SCORM, Moodle, and the list ------------------------------------------------------------------------------------

def test_a_scorm_package_is_whole_and_holds_no_open_key(made, nasty, tmp_path):
    for one in (made, nasty):
        scorm.write_scorm(one, tmp_path / "s.zip")
        with zipfile.ZipFile(tmp_path / "s.zip") as package:
            assert sorted(package.namelist()) == ["imsmanifest.xml", "index.html"]
            root = ET.fromstring(package.read("imsmanifest.xml"))
            page = package.read("index.html").decode("utf-8")
        assert root.find(".//{*}schemaversion").text == "1.2"
        assert one.title in "".join(root.itertext())
        assert root.find(".//{*}resource").get("href") == "index.html"
        assert not re.search(r'(?:src|href)="(?!#)', page)
        for question in one.questions:
            assert markup(question.stem) in page
            assert not any(markup(o.explanation) in page for o in question.options)


def test_moodle_keeps_nasty_texts(nasty):
    root = ET.fromstring(to_xml([nasty]))
    question = next(q for q in root.findall("question") if q.get("type") == "multichoice")
    assert question.findtext("questiontext/text") == f"<p>{markup(nasty.questions[0].asked)}</p>"
    assert question.findall("answer")[1].findtext("feedback/text") == markup(nasty.questions[0].options[1].explanation)


def test_every_chapter_is_there_in_every_form_and_the_tests_apart():
    paths = [one.path for one in planned()]
    chapters = [made.set_id for made in whole_bank() if made.set_id[:2].isdigit()]
    for chapter in chapters:
        assert {f"anki/{chapter}.apkg", f"qti/{chapter}.zip", f"scorm/{chapter}.zip"} <= set(paths)
    assert len(paths) == len(set(paths))
    page = listing()
    assert all(f'href="../exports/{path}"' in page for path in paths)
    assert json.dumps(paths).count("pretest") == 0
