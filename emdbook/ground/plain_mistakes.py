"""A mistake in a cell is answered in one plain sentence with its line, in a notebook as on the page.

A fault of the toolkit is none of the reader's: there a notebook shows the whole way to it.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import traceback
import unicodedata
from difflib import get_close_matches
from pathlib import Path

__all__ = ["answer", "install", "sentence"]

#: Letters of a sentence; of a value that is longer the beginning and the end are said.
MOST = 500
_PACKAGE = Path(__file__).resolve().parents[1]

#: Signs of other keyboards and of word processors that Unicode does not hold for forms of a plain one.
_SIGNS = str.maketrans({**dict.fromkeys("“”„‟«»「」『』″", '"'), **dict.fromkeys("‘’‚‛‹›′", "'"), "、": ",", "。": ".",
                        "【": "[", "】": "]", "〔": "[", "〕": "]", "《": "<", "》": ">", "×": "*", "·": "*", "÷": "/",
                        "≤": "<=", "≥": ">=", "≠": "!=", **dict.fromkeys("‐‑‒–—―−", "-")})
_CLOSING = re.compile("[“”„‟«»″‘’‚‛‹›′＂＇]")

#: What Python says of a cell that it cannot read, and what it means; the first that fits.
_UNREAD = (
    (r"unterminated (?:[ft]-|triple-quoted )*string|EOF while scanning", "a quotation mark is not closed"),
    (r"Maybe you meant '==' (?:or ':=' )?instead|cannot assign to comparison|perhaps you meant \"==\"",
     "one = gives a value to the name before it; to compare, write =="),
    (r"Perhaps you forgot a comma", "something is missing between two values, perhaps a comma"),
    (r"expected ':'", "a colon is missing at the end of the line"),
    (r"expected an indented block after (.+?)(?: on line (\d+))?$", r"what belongs to \1 is set in by four spaces"),
    (r"unexpected indent", "the line begins with spaces that do not belong there"),
    (r"unindent does not match", "the line does not begin with as many spaces as the lines it belongs to"),
    (r"tabs and spaces", "tabs and spaces are mixed at the beginning of the line; write spaces"),
    (r"leading zeros", "a number does not begin with 0"),
    (r"invalid (?:decimal|hexadecimal|octal|binary|imaginary) literal",
     "a number and letters stand together; a name does not begin with a digit"),
    (r"Missing parentheses in call to '(\w+)'", r"\1 needs brackets around what it is given"),
    (r"unmatched '(.)'", r"'\1' closes nothing"),
    (r"positional argument follows keyword argument",
     "a value without a name stands behind one with a name; put it first"),
    (r"keyword argument repeated: (\w+)", r"\1 is given twice"),
    (r"line continuation", r"nothing may stand behind the sign \\ in a line"),
    (r"unexpected EOF", "it ends too early"),
    (r"^invalid syntax|^$", "something is missing or stands in the wrong place"),
)
#: What Python says where two values do not go together.
_MIXED = r"unsupported operand|not supported between|can't multiply sequence|can only concatenate|must be .*real number"
#: What Python says of an error, by its kind, and what it means; the first that fits.
_ERRORS: tuple[tuple[type[BaseException], str, str], ...] = (
    (TypeError, rf"(?:{_MIXED}).*NoneType", "None, which is no value, stands where a value is needed"),
    (TypeError, rf"(?:{_MIXED}).*\b(?:list|tuple|dict|set|range)\b", "several values stand where one is needed"),
    (TypeError, rf"(?:{_MIXED}).*(?:\bstr\b|by non-int)",
     "a word stands where a number is needed, or the other way round"),
    (TypeError, r"([\w.]+)\(\) takes (?:from \d+ to )?(\w+) positional arguments? but (\d+) (?:were|was) given",
     r"\1 takes \2 values without a name, and here are \3"),
    (TypeError, r"([\w.]+)\(\) missing \d+ required (?:positional |keyword-only )?arguments?: (.+)",
     r"\1 also needs \2"),
    (TypeError, r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'", r"\1 knows no setting \2"),
    (TypeError, r"([\w.]+)\(\) got multiple values for argument '(\w+)'", r"\1 is given \2 twice"),
    (TypeError, r"object is not callable", "brackets stand behind something that is no function, or a sign is missing"),
    (TypeError, r"object is not subscriptable", "square brackets stand behind something that has no entries"),
    (TypeError, r"NoneType|must be .* not None", "None, which is no value, stands where a value is needed"),
    (TypeError, r"is not iterable|has no len\(\)", "one value stands where several are needed"),
    (TypeError, r"cannot be interpreted as an integer|indices must be integers", "a whole number is needed here"),
    (TypeError, r"unhashable type", "several values stand where one is needed"),
    (TypeError, _MIXED, "two values stand together that do not go together"),
    (TypeError, r"does not support item assignment", "this value cannot be changed in part; make a new one"),
    (ValueError, r"invalid literal for int\(\) with base 10: (.+)", r"\1 is no whole number"),
    (ValueError, r"could not convert string to float: (.+)", r"\1 is no number"),
    (ValueError, r"values to unpack", "there are not as many values as names"),
    (IndexError, r"index out of range|out of bounds", "there is no entry of that number; the first has the number 0"),
    (OverflowError, r"", "the number is too large"),
    (ZeroDivisionError, r"", "this divides by zero"),
    (RecursionError, r"", "a function calls itself without end"),
    (MemoryError, r"", "this needs more memory than there is for Python"),
    (ModuleNotFoundError, r"No module named '([^']+)'", r"there is no \1 in this Python"),
    (ImportError, r"cannot import name '([^']+)' from '([^']+)'", r"there is no \1 in \2"),
    (FileNotFoundError, r".*?('[^']*')$", r"there is no file \1 here"),
    (AssertionError, r"^$", "what the cell asserts does not hold"),
    (EOFError, r"", "nobody can be asked here; write the value into the cell"),
    (AttributeError, r"'NoneType' object has no attribute", "None, which is no value, stands where a value is needed"),
    (AttributeError, r"module '([^']+)' has no attribute '(\w+)'", r"there is no \2 in \1"),
    (AttributeError, r"'([^']+)' object has no attribute '(\w+)'", r"a value of the kind \1 has no \2"),
)
#: A number with a comma in it, given to a name: to Python two numbers.
_DECIMAL_COMMA = re.compile(r"^\s*\w+\s*=\s*[+-]?\d+,\d+\s*(?:#.*)?$", re.M)
_HINT_COMMA = "; a decimal number is written with a point, 3.5, not 3,5"


def sentence(error: BaseException, source: str = "") -> tuple[str, int | None]:
    """A mistake in one plain sentence, and its line in the cell.

    Parameters
    ----------
    error : BaseException
        As it was caught.
    source : str
        The cell.

    Returns
    -------
    tuple of (str, int or None)
        ``Line 3: this divides by zero.``; without a line where it is not known.
    """
    frames = _frames(error)
    while isinstance(error, RecursionError) and len(frames) > 1 and (
            frames[-1].tb_lineno == frames[-1].tb_frame.f_code.co_firstlineno):
        frames.pop()  # watched, it ends where the function begins; a reader looks for the line that calls it
    if isinstance(error, SyntaxError) and not frames:
        try:
            ast.parse(source)  # a notebook says of an open bracket only that the cell is incomplete
        except SyntaxError as again:
            error = again
        line, words = error.lineno, f"Python cannot read this: {_unread(error, source)}"
    else:
        line = frames[-1].tb_lineno if frames else None
        words = _words(error)
        if isinstance(error, ValueError | TypeError) and _DECIMAL_COMMA.search(source):
            words = words.rstrip(".") + _HINT_COMMA
    if len(words) > MOST:
        words = f"{words[:MOST - 100]} … {words[-80:]}"
    words = words if words.endswith((".", "?", "!")) else f"{words}."
    return (f"Line {line}: {words}" if line else words), line


def _frames(error: BaseException) -> list:
    """Where the way to an error leads through the cell, which is what runs first of what is called main."""
    found, trace = [], error.__traceback__
    while trace:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__") == "__main__" and (
                not found or frame.f_code.co_filename == found[0].tb_frame.f_code.co_filename):
            found.append(trace)
        trace = trace.tb_next
    return found


def _unread(error: SyntaxError, source: str) -> str:
    said = error.msg or ""
    lines = source.splitlines()
    text = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else error.text or ""
    if found := re.search(r"^invalid (?:non-printable )?character .*?\(?U\+([0-9A-F]+)", said):
        return _sign(chr(int(found[1], 16)))
    if re.match(r"\s*(?:[!%]|pip\s)", text):
        return "commands are for a notebook; only Python runs here"
    if re.search(r"\d\s*%\s*(?:[,)\]#]|$)", text):
        return "a percentage is written without its sign"
    words = next((found.expand(words) for pattern, words in _UNREAD if (found := re.search(pattern, said))), said)
    if words.startswith("a quotation mark") and (wrong := _CLOSING.search(text)):
        words += f"; {wrong[0]} closes none, write {_plain(wrong[0])}"
    return words


def _plain(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign.translate(_SIGNS)).translate(_SIGNS)


def _sign(sign: str) -> str:
    if not sign.isprintable():
        return "a sign that cannot be seen stands here, perhaps a special space; write the line anew"
    plain = _plain(sign)
    return f"write {plain} where {sign} stands" if plain != sign and plain.isascii() else (
        f"the sign {sign} can stand only within quotation marks")


def _words(error: BaseException) -> str:
    """What an error means, in words; of many kinds what Python itself says."""
    text = " ".join(str(error).split())
    hint = f"; perhaps you mean {like}" if (like := _like(error)) else ""
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return "the cell ended itself" if isinstance(error, SystemExit) else "stopped"
    if isinstance(error, NameError) and (name := error.name or "".join(re.findall(r"variable '(\w+)'", text))):
        why = ": either a line that gives it a value is missing, or it is a word, which stands in quotation marks"
        return f"the name {name} is not known here{hint or why}"
    if _of_toolkit(error):  # it has said in words what it cannot take
        return str(error.args[0]) if isinstance(error, KeyError) and error.args else text
    for kind, pattern, words in _ERRORS:
        if isinstance(error, kind) and (found := re.search(pattern, text)):
            return found.expand(words) + hint
    if isinstance(error, KeyError):
        return f"there is no entry {text}"
    name = type(error).__name__
    plain = isinstance(error, ValueError | LookupError | TimeoutError) and text
    return text if plain else f"{name}: {text}" if text else name


def _like(error: BaseException) -> str:
    """A name that there is, like one that there is not."""
    name = getattr(error, "name", None)
    if not name or len(name) < 5:  # any is like many, and nobody means it
        return ""
    if isinstance(error, AttributeError):
        known = dir(getattr(error, "obj", None))
    elif isinstance(error, NameError) and (frames := _frames(error)):
        known = [*frames[-1].tb_frame.f_locals, *frames[-1].tb_frame.f_globals, *dir(builtins)]
    else:
        return ""
    return next(iter(get_close_matches(name, [one for one in known if not one.startswith("_")], 1, 0.8)), "")


def _of_toolkit(error: BaseException) -> bool:
    """Whether the toolkit raised it on purpose."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and _PACKAGE in Path(frames[-1].filename).parents and (
        frames[-1].line or "").lstrip().startswith("raise ")


def answer(error: BaseException, source: str = "") -> list[str]:
    """The lines for a reader of a notebook.

    Parameters
    ----------
    error : BaseException
    source : str
        The cell.

    Returns
    -------
    list of str
        The sentence, the line of the cell, and what to do; empty where the toolkit itself is at fault, so that the
        whole way has to be seen.
    """
    inside = any(_PACKAGE in Path(frame.filename).parents for frame in traceback.extract_tb(error.__traceback__))
    if inside and not _of_toolkit(error):
        return []
    words, line = sentence(error, source)
    lines = source.splitlines()
    return [words, *([f"    {lines[line - 1].strip()}"] if line and line <= len(lines) else []),
            "Change the cell and run it again. (%tb shows all that Python says.)"]


def install() -> None:
    """Answer mistakes in plain words in the kernel that this is; elsewhere do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return

    def said(shell, kind, error, trace, tb_offset=None):
        lines = answer(error.with_traceback(trace), shell.user_ns.get("In", [""])[-1])
        if not lines:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return None
        shell._showtraceback(kind, error, lines)
        return lines

    def unread(filename=None, running_compiled_code=False):
        said(shell, type(sys.last_value), sys.last_value, None)

    shell.set_custom_exc((Exception, KeyboardInterrupt), said)
    shell.showsyntaxerror = unread  # what IPython itself cannot read never comes to the line above
