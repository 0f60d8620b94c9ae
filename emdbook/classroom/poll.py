"""What a vote knows: who may vote, which question is open, and how often each answer was given.

It knows nothing of a network. A phone is a random word; what it chose is kept while the vote is open, so that it can
change its mind, and is erased when the vote closes. From then on there are counts. Nothing is ever written to a disk.
"""

from __future__ import annotations

import difflib
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field

from emdbook.ground.faults import Told
from emdbook.teach.quiz.bank import Option, Question, load_questions, question_files
from emdbook.teach.quiz.render import ordered

#: Letters that nobody takes for another letter or for a digit when they are read from the last row.
_CLEAR = "ABCDEFGHJKMNPRSTWXYZ"
LETTERS = "ABCDEFGHIJ"
PHASES = ("before", "after")
#: More phones than any room holds, and few enough that they fit into memory many times over.
MOST_PHONES = 2000


class RefusedError(Told, ValueError):
    """What a phone or a teacher is told, in one plain sentence.

    Parameters
    ----------
    sentence : str
    status : int
        Of HTTP.
    """

    def __init__(self, sentence: str, status: int = 400):
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


def random_word(length: int, alphabet: str = _CLEAR) -> str:
    """A word that cannot be guessed, of letters that can be read aloud."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def same(given: str, wanted: str) -> bool:
    """Whether two words are the same, in a time that does not tell how much of them is."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8"))


def typed(word: str) -> str:
    """A code or a secret as it is meant, however it was typed."""
    # a keyboard for Chinese may send wide letters, and one that corrects may send another dash
    return "".join(c for c in unicodedata.normalize("NFKC", word) if c.isalnum()).upper()


class Bank:
    """Every question of the book by its name.

    A name that two sets use means the one of the earlier chapter; ``posttest/name`` names the set too.

    Parameters
    ----------
    folder : path-like, optional
        With the sets; the project's own if left out.
    """

    def __init__(self, folder=None):
        self.questions: dict[str, Question] = {}
        for file in question_files(folder):
            for question in load_questions(file.stem, folder).questions:
                self.questions.setdefault(question.id, question)
                self.questions[f"{file.stem}/{question.id}"] = question

    def names(self, beginning: str = "") -> list[str]:
        """The shortest names in the order of the files; those of the sets with this beginning, such as ``09``."""
        return [self.plain(name) for name in self.questions if "/" in name and name.startswith(beginning)]

    def find(self, name: str) -> Question:
        """The question of this name.

        Raises
        ------
        RefusedError
            If there is none; with names that look like it.
        """
        name = name.strip()
        if name not in self.questions:
            near = difflib.get_close_matches(name, self.names(), n=3, cutoff=0.5)
            meant = f" Did you mean {' or '.join(near)}?" if near else " The questions page of each chapter names them."
            raise RefusedError(f"There is no question {name[:60]!r}.{meant}", 404)
        return self.questions[name]

    def plain(self, name: str) -> str:
        """The shortest name of the question of this name, so that one question has one count."""
        question = self.find(name)
        return question.id if self.questions[question.id] is question else name.strip()


@dataclass
class Tally:
    """How often each answer was given, before and after; ``None`` where the class was not asked."""

    before: list[int] | None = None
    after: list[int] | None = None


@dataclass
class Poll:
    """One class that votes.

    Attributes
    ----------
    bank : Bank
    shared_addresses : bool
        Whether several phones may come from one address of the network, as behind a router of their own.
    code : str
        Stands on the projector; a phone needs it to vote.
    secret : str
        The teacher's; stands nowhere but in her terminal.
    version : int
        Grows with everything that a page has to show anew.
    """

    bank: Bank
    shared_addresses: bool = False
    code: str = field(default_factory=lambda: random_word(5))
    secret: str = field(default_factory=lambda: random_word(10))
    version: int = 1
    name: str = ""
    phase: str = ""
    is_open: bool = False
    bars: bool = False
    key: bool = False
    ended: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _phones: set[str] = field(default_factory=set, repr=False)
    _by_address: dict[bytes, str] = field(default_factory=dict, repr=False)
    _ballots: dict[str, int] = field(default_factory=dict, repr=False)

    # --- what phones do ---------------------------------------------------------------------------------------------

    def knows(self, phone: str) -> bool:
        """Whether this phone has given the code."""
        return phone in self._phones

    def join(self, code: str, address: str, phone: str = "") -> str:
        """Let a phone in that gives the code of the projector.

        A phone that was here before keeps its vote: it is known by its cookie, or by its address if the cookie is
        gone. So one phone has one vote, whatever browsers are opened on it.

        Parameters
        ----------
        code : str
            As typed.
        address : str
            On the network of the room. Kept only as a salted digest, and until the end.
        phone : str
            The word that this phone was given before, if any.

        Returns
        -------
        str
            The word by which this phone is known.

        Raises
        ------
        RefusedError
        """
        self._alive()
        if not same(typed(code), self.code):
            raise RefusedError("This code is not the one on the screen.", 403)
        if self.knows(phone):
            return phone
        mark = hashlib.blake2b(address.encode(), key=self._salt).digest()
        if not self.shared_addresses and mark in self._by_address:
            return self._by_address[mark]
        if len(self._phones) >= MOST_PHONES:
            raise RefusedError("The room is full: no more phones can vote.", 503)
        phone = secrets.token_urlsafe(16)
        self._phones.add(phone)
        self._by_address[mark] = phone
        return phone

    def vote(self, phone: str, ballot: str, choices: list[str]) -> int:
        """Count the answer of a phone; a later answer of the same phone takes the place of the earlier one.

        Parameters
        ----------
        phone : str
        ballot : str
            Which vote the phone saw, from :attr:`ballot`.
        choices : list of str
            As sent; exactly one number of an option is taken.

        Returns
        -------
        int
            The option.

        Raises
        ------
        RefusedError
        """
        self._alive()
        if not self.knows(phone):
            raise RefusedError("Type the code of the screen first.", 403)
        if not self.is_open:
            raise RefusedError("The vote is closed, so this answer was not counted.", 409)
        if ballot != self.ballot:
            raise RefusedError("This question is no longer open, so this answer was not counted.", 409)
        if len(choices) != 1:
            raise RefusedError("Choose one answer.")
        number = choices[0]
        if not (number.isascii() and number.isdigit() and len(number) < 3 and int(number) < len(self.options)):
            raise RefusedError("There is no such answer.")
        self._ballots[phone] = int(number)
        return int(number)

    def chosen(self, phone: str) -> int | None:
        """What this phone answered in the vote that is open."""
        return self._ballots.get(phone)

    # --- what the teacher does --------------------------------------------------------------------------------------

    def ask(self, name: str, phase: str) -> None:
        """Open the vote on a question. Counts of the same question in the same phase are erased.

        Raises
        ------
        RefusedError
        """
        self._alive()
        if phase not in PHASES:
            raise RefusedError("A question is asked before or after.")
        name = self.bank.plain(name)
        if self.is_open:
            raise RefusedError("A vote is open: close it first, so that nobody's answer is lost.", 409)
        setattr(self.tallies.setdefault(name, Tally()), phase, None)
        self.name, self.phase, self.is_open, self.bars, self.key = name, phase, True, False, False
        self._ballots.clear()
        self.version += 1

    def close(self) -> None:
        """Close the vote: from now on there are counts, and nobody's answer."""
        if not self.is_open:
            raise RefusedError("No vote is open.", 409)
        counts = [0] * len(self.options)
        for choice in self._ballots.values():
            counts[choice] += 1
        setattr(self.tally, self.phase, counts)
        self._ballots.clear()
        self.is_open = False
        self.version += 1

    def show(self, what: str) -> None:
        """Show the ``bars`` or the ``key`` of a vote that is closed.

        Raises
        ------
        RefusedError
        """
        self._alive()
        if self.question is None or self.is_open:
            raise RefusedError("Close the vote first: bars or a key on the screen would change the answers.", 409)
        if what not in ("bars", "key"):
            raise RefusedError("Bars and the key can be shown.")
        setattr(self, what, True)
        self.version += 1

    def end(self) -> None:
        """Erase everything; nobody can vote or teach any more."""
        self._phones.clear()
        self._by_address.clear()
        self._ballots.clear()
        self.tallies.clear()
        self.name = self.phase = self.code = ""
        self.is_open = self.bars = self.key = False
        self.ended = True
        self.version += 1

    def _alive(self) -> None:
        if self.ended:
            raise RefusedError("The vote has ended, and nothing of it was kept.", 410)

    # --- what pages show --------------------------------------------------------------------------------------------

    @property
    def question(self) -> Question | None:
        """The question on the screen."""
        return self.bank.questions[self.name] if self.name else None

    @property
    def options(self) -> tuple[Option, ...]:
        """Its options, in the order of the book."""
        return ordered(self.question) if self.question else ()

    @property
    def ballot(self) -> str:
        """Names the vote that is open: answers to an earlier one are not counted for it."""
        return str(self.version)

    @property
    def joined(self) -> int:
        """Phones that gave the code."""
        return len(self._phones)

    @property
    def voted(self) -> int:
        """Answers to the vote that is open."""
        return len(self._ballots)

    @property
    def tally(self) -> Tally:
        """Counts of the question on the screen."""
        return self.tallies[self.name] if self.name else Tally()


def percent(count: int, of: int) -> int:
    """A share in whole percent, halves up as all over the book; 0 of nobody; 0 and 100 only of none and of all."""
    share = (200 * count + of) // (2 * of) if of else 0
    return min(max(share, 1), 99) if 0 < count < of else share


def in_words(tally: Tally) -> list[str]:
    """What the bars show, in sentences.

    Parameters
    ----------
    tally : Tally

    Returns
    -------
    list of str
        One sentence per vote, and one on the change where there are both.
    """
    said = []
    for phase in PHASES:
        counts = getattr(tally, phase)
        if counts is not None:
            each = ", ".join(f"{LETTERS[i]} {n} ({percent(n, sum(counts))}%)" for i, n in enumerate(counts))
            people = f"{sum(counts)} answer{'' if sum(counts) == 1 else 's'}"
            said.append(f"{phase.capitalize()}, {people}: {each}.")
    if tally.before and tally.after and sum(tally.before) and sum(tally.after):
        moved = [f"{LETTERS[i]} {'up' if d > 0 else 'down'} {abs(d)}" for i, d in enumerate(change(tally)) if d]
        said.append(f"Change in percentage points: {', '.join(moved)}." if moved else "Nothing changed.")
    return said


def change(tally: Tally) -> list[int]:
    """Percentage points from before to after, from the shares as they are printed; empty where one is missing."""
    if not (tally.before and tally.after):
        return []
    return [percent(b, sum(tally.after)) - percent(a, sum(tally.before))
            for a, b in zip(tally.before, tally.after, strict=True)]
