"""The vote in the room: one vote for each phone, nothing kept but counts, the room only, and nobody lost."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading

import pytest

from benchmarks.vote import Phone, crowd, running
from emdbook.classroom import cards, network, pages
from emdbook.classroom.poll import MOST_PHONES, Bank, Poll, RefusedError, Tally, change, in_words, percent, same
from emdbook.classroom.server import MOST_BYTES, MOST_TRIES, Room, bind, make_server
from emdbook.ground.paths import data_dir, project_dir
from emdbook.teach.quiz.bank import load_questions
from emdbook.teach.quiz.render import ordered

BANK = Bank()
NAME, OTHER = "sternum-mass", "clear-blood-large-spleen"


@pytest.fixture
def poll():
    return Poll(BANK)


def ready(poll, phones=1):
    """A poll whose vote is open, and phones that are in."""
    poll.ask(NAME, "before")
    return [poll.join(poll.code, f"192.168.1.{i}") for i in range(phones)]


def test_the_guide_names_questions_and_options_that_exist():
    guide = (project_dir() / "book" / "instructor_guide.md").read_text(encoding="utf-8")
    lines = re.findall(r"emdbook vote ([^`\n]+)", guide)
    assert lines
    for word in " ".join(lines).split():
        if not word.startswith("--") and not word.isdigit():
            BANK.find(word)
    options = set(re.findall(r"--[a-z][a-z-]+", " ".join(lines)))
    assert options <= {"--list", "--port", "--address", "--shared-addresses"}


# --- what a vote knows --------------------------------------------------------------------------------------------

def test_every_question_of_the_book_can_be_asked_by_name_in_the_order_of_the_book():
    for file in sorted((data_dir() / "questions").glob("*.json")):
        if file.name == "question.schema.json":
            continue
        for question in load_questions(file.stem).questions:
            assert BANK.find(f"{file.stem}/{question.id}") == question
    assert len(BANK.names()) == len(set(BANK.names())) == sum("/" in name for name in BANK.questions)
    poll = Poll(BANK)
    poll.ask(NAME, "before")
    assert poll.options == ordered(BANK.find(NAME)), "letters are those of the page and of the deck"
    asked = [BANK.find(name) for name in BANK.names("09")]
    assert asked == list(load_questions("09_bispecific_antibodies").questions)


def test_one_question_has_one_count_whatever_it_is_called(poll):
    long = next(name for name in BANK.questions if name.endswith(f"/{NAME}"))
    assert BANK.plain(long) == BANK.plain(f" {NAME} ") == NAME
    twice = [name for name in BANK.names() if "/" in name]
    assert twice, "two questions that happen to have one name"
    assert all(BANK.plain(name.partition("/")[2]) != name for name in twice)


def test_a_name_that_is_wrong_is_answered_with_those_that_are_near(poll):
    with pytest.raises(RefusedError, match="Did you mean sternum-mass"):
        poll.ask("sternum-mas", "before")
    assert not poll.is_open


def test_a_phone_has_one_vote_and_may_change_it_until_the_vote_closes(poll):
    one, two = ready(poll, 2)
    assert poll.vote(one, poll.ballot, ["0"]) == 0
    assert poll.vote(one, poll.ballot, ["2"]) == 2
    assert poll.vote(two, poll.ballot, ["2"]) == 2
    assert (poll.voted, poll.chosen(one)) == (2, 2)
    ballot = poll.ballot
    poll.close()
    assert poll.tally.before == [0, 0, 2, 0]
    with pytest.raises(RefusedError, match="closed, so this answer was not counted"):
        poll.vote(one, ballot, ["0"])
    assert poll.tally.before == [0, 0, 2, 0]


def test_a_phone_that_comes_back_keeps_its_vote_and_gets_no_second_one(poll):
    one, = ready(poll)
    poll.vote(one, poll.ballot, ["3"])
    assert poll.join(poll.code, "192.168.1.0") == one, "its cookie is gone, or it is another browser on the same phone"
    assert poll.join(poll.code, "192.168.1.99", one) == one, "its address is another one"
    assert (poll.joined, poll.voted, poll.chosen(one)) == (1, 1, 3)


def test_phones_behind_one_address_are_told_apart_where_the_teacher_says_so():
    poll = Poll(BANK, shared_addresses=True)
    assert len({poll.join(poll.code, "192.168.1.1") for _ in range(3)}) == poll.joined == 3


def test_an_answer_to_an_earlier_question_is_not_counted_for_a_later_one(poll):
    one, = ready(poll)
    old = poll.ballot
    poll.close()
    poll.ask(OTHER, "before")
    with pytest.raises(RefusedError, match="no longer open"):
        poll.vote(one, old, ["0"])
    assert poll.voted == 0


@pytest.mark.parametrize(("choices", "said"), [
    ([], "Choose one"), (["0", "1"], "Choose one"), (["4"], "no such answer"), (["-1"], "no such answer"),
    (["x"], "no such answer"), ([""], "no such answer"), (["²"], "no such answer"), (["٣"], "no such answer"),
    (["0" * 5000], "no such answer")])
def test_what_is_no_answer_is_refused_in_one_sentence(poll, choices, said):
    one, = ready(poll)
    with pytest.raises(RefusedError, match=said) as refused:
        poll.vote(one, poll.ballot, choices)
    assert refused.value.sentence.count(".") == 1
    assert poll.voted == 0


def test_without_the_code_nobody_votes(poll):
    ready(poll)
    for code in ("", "AAAAA", poll.code[:-1], f"{poll.code}A", "ÄÖÜ\ud800"):
        with pytest.raises(RefusedError, match="not the one on the screen"):
            poll.join(code, "192.168.1.7")
    for word in ("", "x", poll.code):
        with pytest.raises(RefusedError, match="code"):
            poll.vote(word, poll.ballot, ["0"])
    assert poll.join(f" {poll.code[:2].lower()} {poll.code[2:]}", "192.168.1.7"), "spaces and small letters are meant"


def test_words_are_compared_in_constant_time(monkeypatch):
    asked = []
    monkeypatch.setattr("emdbook.classroom.poll.secrets.compare_digest", lambda a, b: asked.append((a, b)) or a == b)
    assert same("ABC", "ABC")
    assert not same("ABD", "ABC")
    assert asked == [(b"ABC", b"ABC"), (b"ABD", b"ABC")]


def test_neither_bars_nor_key_while_the_vote_is_open(poll):
    ready(poll)
    for what in ("bars", "key"):
        with pytest.raises(RefusedError, match="Close the vote first"):
            poll.show(what)
    with pytest.raises(RefusedError, match="A vote is open"):
        poll.ask(OTHER, "before")


def test_nothing_but_counts_is_left_when_a_vote_closes_and_nothing_at_the_end(poll):
    phones = ready(poll, 5)
    for i, phone in enumerate(phones):
        poll.vote(phone, poll.ballot, [str(i % 2)])
    poll.close()
    assert poll.tallies == {NAME: Tally([3, 2, 0, 0])}
    assert not poll._ballots
    assert not any(b"192.168" in mark for mark in poll._by_address)
    code, secret = poll.code, poll.secret
    poll.end()
    left = {k: v for k, v in vars(poll).items() if k not in ("bank", "_salt", "secret")}
    assert not any(word in repr(left) for word in (code, secret, NAME, *phones))
    with pytest.raises(RefusedError, match="has ended"):
        poll.join(code, "192.168.1.1")


def test_before_and_after_of_one_question_are_kept_apart_from_another(poll):
    one, two = ready(poll, 2)
    poll.vote(one, poll.ballot, ["0"])
    poll.close()
    poll.ask(OTHER, "before")
    poll.close()
    poll.ask(NAME, "after")
    poll.vote(one, poll.ballot, ["1"])
    poll.vote(two, poll.ballot, ["1"])
    poll.close()
    assert (poll.tallies[NAME], poll.tallies[OTHER]) == (Tally([1, 0, 0, 0], [0, 2, 0, 0]), Tally([0, 0, 0, 0]))


def test_the_room_has_an_end(poll, monkeypatch):
    assert MOST_PHONES >= 1000
    monkeypatch.setattr("emdbook.classroom.poll.MOST_PHONES", 2)
    ready(poll, 2)
    with pytest.raises(RefusedError, match="full"):
        poll.join(poll.code, "192.168.1.77")


def test_a_share_is_rounded_as_in_the_book_and_all_means_all():
    assert [percent(*one) for one in ((1, 8), (3, 8), (5, 40), (1, 3), (2, 3))] == [13, 38, 13, 33, 67]
    assert [percent(*one) for one in ((0, 0), (0, 9), (9, 9), (1, 500), (499, 500))] == [0, 0, 100, 1, 99]


@pytest.mark.parametrize("change", [lambda code: "".join(chr(ord(c) + 0xfee0) for c in code),
                                    lambda code: f"{code[:2]}–{code[2:]}", lambda code: f" {code[:2]}\u3000{code[2:]}"])
def test_a_code_is_known_from_any_keyboard(poll, change):
    assert poll.join(change(poll.code), "192.168.1.7")


def test_the_bars_in_words():
    tally = Tally([12, 28, 0, 0], [3, 37, 1, 0])
    assert in_words(tally) == [
        "Before, 40 answers: A 12 (30%), B 28 (70%), C 0 (0%), D 0 (0%).",
        "After, 41 answers: A 3 (7%), B 37 (90%), C 1 (2%), D 0 (0%).",
        "Change in percentage points: A down 23, B up 20, C up 2."]
    assert change(tally) == [-23, 20, 2, 0]
    assert in_words(Tally([1, 0, 0, 0])) == ["Before, 1 answer: A 1 (100%), B 0 (0%), C 0 (0%), D 0 (0%)."]
    assert change(Tally([1, 0])) == []


def test_the_cards_for_a_room_without_phones_differ_in_letter_colour_and_shape():
    text = cards.answer_cards()
    found = re.findall(r'aria-label="(\w)"><g fill="(#\w+)">(<.*?>)</g>', text)
    assert [letter for letter, _, _ in found] == list("ABCD")
    assert len({colour for _, colour, _ in found}) == len({shape for _, _, shape in found}) == 4
    assert not re.search(r"https?:", text)


# --- the network --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("address", "local"), [
    ("192.168.43.7", True), ("10.0.0.1", True), ("172.16.0.1", True), ("172.31.255.255", True), ("172.20.10.2", True),
    ("169.254.3.3", True), ("127.0.0.1", True), ("::1", True), ("fe80::1%wlan0", True), ("fd00::2", True),
    ("::ffff:192.168.1.2", True), ("8.8.8.8", False), ("172.32.0.1", False), ("100.64.0.1", False),
    ("192.0.2.1", False), ("2001:db8::1", False), ("::ffff:8.8.8.8", False), ("", False), ("example.org", False)])
def test_only_the_local_network_is_the_room(address, local):
    assert network.is_local(address) is local


def test_the_address_for_phones_is_one_of_a_real_local_network(monkeypatch):
    class Stat:
        isup = True

    class Address:
        family = socket.AF_INET

        def __init__(self, address):
            self.address = address

    cards = {"docker0": "172.17.0.1", "lo": "127.0.0.1", "wlan0": "192.168.43.7", "eth0": "8.8.8.8", "off": "10.0.0.1"}
    monkeypatch.setattr(network.psutil, "net_if_addrs", lambda: {k: [Address(v)] for k, v in cards.items()})
    monkeypatch.setattr(network.psutil, "net_if_stats", lambda: {k: Stat() for k in cards if k != "off"})
    assert network.own_addresses() == ["192.168.43.7", "172.17.0.1"]


def test_a_port_that_is_taken_is_left_alone():
    (one,), port = bind(["127.0.0.1"], 0)
    with one:
        (two,), other = bind(["127.0.0.1"], port)
        two.close()
    assert other != port


# --- the server ---------------------------------------------------------------------------------------------------

@pytest.fixture
def room():
    """A vote in a thread: phones of this machine share its address, so they are told apart by their cookies."""
    made = Room(Poll(BANK, shared_addresses=True), "http://192.168.43.7:8765", [NAME])
    sockets, port = bind(["127.0.0.1"], 0)
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def main():
        server = make_server(made)
        server.add_sockets(sockets)
        made.done = asyncio.Event()
        started.set()
        await made.done.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=loop.run_until_complete, args=[main()])
    thread.start()
    started.wait(10)
    made.base = f"http://127.0.0.1:{port}"
    yield made
    loop.call_soon_threadsafe(made.done.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def teacher(room):
    made = Phone(room.base)
    assert made.send("/teach/in", secret=room.poll.secret)[0] == 200
    return made


def test_a_small_class_votes_before_and_after_and_nobody_is_lost(room):
    found = crowd(room.base, room.poll.secret, 24, NAME, shared=True)
    assert (found["votes"], found["lost"], found["refused"]) == (48, 0, [])


def test_every_page_has_a_strict_policy_and_is_kept_by_no_browser(room):
    phone = Phone(room.base)
    for path in ("/", "/screen", "/state", "/teach", "/vote.css", "/vote.js", "/nothing"):
        phone.get(path)
        policy = dict(part.split(" ", 1) for part in phone.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert phone.headers["Cache-Control"] == "no-store"
        assert phone.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in phone.headers


def test_the_key_is_on_no_page_before_the_teacher_shows_it_and_the_secret_on_none_at_all(room, teacher, capfd):
    phone = Phone(room.base)
    phone.get(f"/?code={room.poll.code}")
    question = BANK.find(NAME)
    right = next(o for o in question.options if o.correct)
    seen = []

    def look(key: bool):
        pages_ = [phone.get("/"), phone.get("/state"), phone.get("/screen")]
        seen.extend(pages_)
        assert ("key" in re.sub(r"<[^>]*>", " ", pages_[2])) is key
        assert (right.explanation[10:60] in pages_[2]) is key
        assert "The key is" not in pages_[0]

    teacher.send("/teach/do", action="before", name=NAME)
    look(False)
    phone.vote(1)
    assert "answer" not in json.dumps(json.loads(phone.get("/state")))
    teacher.send("/teach/do", action="close")
    look(False)
    assert "25%" not in phone.get("/screen")
    teacher.send("/teach/do", action="bars")
    assert "Before, 1 answer: A 0 (0%), B 1 (100%)" in phone.get("/screen")
    look(False)
    teacher.send("/teach/do", action="key")
    look(True)
    Phone(room.base).send("/teach/in", secret="WRONG")
    out, err = capfd.readouterr()
    for secret in (room.poll.secret, room.session):
        assert not any(secret in text for text in (*seen, teacher.get("/screen"), teacher.get("/teach"), out, err))


def test_teaching_needs_the_secret(room, teacher):
    thief = Phone(room.base)
    thief.cookies["emd_vote_teacher"] = "guess"
    assert thief.send("/teach/do", action="before", name=NAME) == (403, "Only the teacher can do this.")
    assert "Secret from the terminal" in thief.get("/teach")
    assert thief.send("/teach/in", secret=room.poll.code)[0] == 403
    assert not room.poll.is_open
    written = f"{room.poll.secret[:5].lower()}-{room.poll.secret[5:]}"
    assert thief.send("/teach/in", secret=written)[0] == 200
    assert thief.send("/teach/do", action="fly") == (400, "There is no such command.")
    assert thief.send("/teach/do", action="close") == (409, "No vote is open.")


def test_who_guesses_is_stopped(room):
    guesser = Phone(room.base)
    said = [guesser.send("/join", code=f"A{i}")[0] for i in range(MOST_TRIES + 1)]
    assert said == [403] * MOST_TRIES + [429]
    assert guesser.send("/join", code=room.poll.code) == (
        429, "Too many wrong codes came from this device: wait a minute.")
    assert guesser.send("/teach/in", secret="X")[0] == 429


def test_bad_input_is_answered_with_one_plain_sentence(room, teacher):
    phone = Phone(room.base)
    phone.get(f"/?code={room.poll.code}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    teacher.send("/teach/do", action="before", name=NAME)
    asked = [
        (413, "POST", "/vote", b"x" * (MOST_BYTES + 1), form), (413, "POST", "/vote", b"x" * 300_000, form),
        (415, "POST", "/vote", b"{}", {"Content-Type": "application/json"}),
        (415, "POST", "/vote", b"", {"Content-Type": "multipart/form-data; boundary=x"}),
        (403, "POST", "/vote", b"choice=0&ballot=1", form), (403, "POST", "/vote", b"\xff\xfe=%ff%00", form),
        (404, "GET", "/../secrets", None, {}), (405, "PUT", "/", b"", {}), (405, "POST", "/state", b"", form),
        (421, "GET", "/screen", None, {"Host": "rebound.example.org"}),
        (421, "GET", "/state", None, {"Host": "192.168.43.7.example.org:8765"})]
    for status, method, path, body, headers in asked:
        got, text = phone.ask(method, path, body, headers)
        alerts = re.findall(r'role="alert">([^<]*)</p>', text)
        assert (got, len(alerts)) == (status, 1), (path, headers)
        assert re.fullmatch(r"[A-Z][^<>{}]*\.", alerts[0]), alerts
    assert phone.send("/vote", ballot=room.poll.ballot, choice=["0", "1"]) == (400, "Choose one answer.")
    assert phone.send("/vote", ballot=room.poll.ballot, choice="<b>") == (400, "There is no such answer.")
    status, said = teacher.send("/teach/do", action="close")
    status, said = teacher.send("/teach/do", action="before", name="<script>alert(1)</script>")
    assert status == 404
    assert "<script>alert" not in said
    assert room.poll.tally.before == [0, 0, 0, 0]


def test_a_phone_from_elsewhere_is_sent_away(room, monkeypatch):
    monkeypatch.setattr("emdbook.classroom.server.is_local", lambda address: False)
    status, text = Phone(room.base).ask("GET", "/screen")
    assert status == 403
    assert "This vote is for the people in the room." in text
    assert room.poll.code not in text


def test_a_forged_form_is_not_taken(room, teacher):
    teacher.ask("POST", "/teach/do", {"action": "before", "name": NAME, "_xsrf": "2|0|0|0"})
    teacher.ask("POST", "/teach/do", {"action": "before", "name": NAME})
    assert not room.poll.is_open


def test_a_phone_needs_no_script(room, teacher):
    phone = Phone(room.base)
    assert "Code on the screen" in phone.get("/")
    phone.send("/join", code=room.poll.code)
    assert 'http-equiv="refresh"' in phone.get("/")
    teacher.send("/teach/do", action="before", name=NAME)
    assert phone.vote(2) == (200, "Your answer is C. You can change it until the vote closes.")


def test_the_projector_shows_address_code_and_a_qr_code_of_both(room):
    text = Phone(room.base).get("/screen")
    assert "192.168.43.7:8765" in text
    assert room.poll.code in text
    assert pages.qr(f"http://192.168.43.7:8765/?code={room.poll.code}") in text
    assert "No phone can reach this machine" in pages.screen(room.poll, "")


def test_one_command_starts_it_and_the_teacher_ends_it():
    with running(NAME) as (base, secret, process):
        teacher = Phone(base)
        assert teacher.send("/teach/in", secret=secret)[0] == 200
        assert NAME in teacher.get("/teach")
        assert "has ended" in teacher.send("/teach/do", action="end")[1]
        assert process.wait(20) == 0
        assert process.stdout.read().strip() == "The vote has ended. Nothing of it was kept."
