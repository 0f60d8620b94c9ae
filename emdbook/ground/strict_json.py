"""The one reader of JSON files: strict, and in plain words about what a JSON schema found wrong."""

from __future__ import annotations

import json
import math
import os
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from emdbook.ground.faults import Fault, UnsoundError, hidden

__all__ = ["CHECKED", "UnreadableError", "beside", "checked", "parsed", "read", "schema_errors", "schema_found",
           "schema_rule"]

#: Set to 1 where the data were checked before: the Python of a page has no ``jsonschema``, and gets its data from a
#: build that refuses what does not satisfy its schema.
CHECKED = "EMDBOOK_DATA_CHECKED"


class UnreadableError(UnsoundError):
    """A file that is no JSON object of names that stand once.

    Parameters
    ----------
    path : Path
    rule, found : str
        What the file must be, and what it is.
    line : int, optional
        Where it stops being JSON.
    """

    def __init__(self, path: Path, rule: str, found: str, line: int | None = None):
        self.path, self.rule, self.found, self.line = path, rule, found, line
        super().__init__(f"{path}: {rule}; found {found}")


def read(path: Path) -> dict:
    """The object that a JSON file holds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    UnreadableError
        If it is missing, not UTF-8, no JSON, no object, holds ``NaN`` or ``Infinity`` (which JSON does not know), or
        names something twice in one object, or holds a character that nobody can see.
    """
    try:
        return parsed(path.read_bytes().decode("utf-8"), path)
    except OSError as error:
        found = error.strerror or str(error)
        raise UnreadableError(path, "the file must exist and be readable", found) from None
    except UnicodeDecodeError as error:
        found = f"another encoding at byte {error.start + 1}"
        raise UnreadableError(path, "the file must be UTF-8 text", found) from None


def parsed(text: str, path: Path) -> dict:
    """As :func:`read`, of a text that was read before; ``path`` is only named."""
    def no_constant(name):
        raise ValueError(f"{name}, which is no number of JSON")

    def no_twins(pairs):
        names = [name for name, _ in pairs]
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise ValueError(f"the name {twins[0]!r} twice in one object")
        return dict(pairs)

    def finite(number):
        if math.isinf(float(number)):
            raise ValueError(f"{number}, which is too large")
        return float(number)

    try:
        data = json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant, parse_float=finite)
    except json.JSONDecodeError as error:
        found = f"{error.msg.lower()} (line {error.lineno}, column {error.colno})"
        raise UnreadableError(path, "the file must be valid JSON without a byte-order mark", found,
                              error.lineno) from None
    except RecursionError:
        raise UnreadableError(path, "the file must be valid JSON", "brackets nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(path, "each name may stand once in an object, and each number must be one",
                              str(error)) from None
    if not isinstance(data, dict):
        raise UnreadableError(path, "the file must hold one object, { … }", type(data).__name__)
    for part in _texts(data):
        if hidden(part.replace("\n", "")):
            raise UnreadableError(path, "no text may hold a hidden character (control or zero-width character, half "
                                  "of a pair)", ascii(part if len(part) <= 80 else part[:77] + "..."))
        if not unicodedata.is_normalized("NFC", part):
            raise UnreadableError(path, "a letter with its accent is written as one, so that it is found",
                                  ascii(part if len(part) <= 80 else part[:77] + "..."))
    return data


def _texts(node) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (list, dict)):
        for part in (*node, *node.values()) if isinstance(node, dict) else node:
            yield from _texts(part)


@cache
def _schema(file: Path) -> dict:
    return read(file)


def beside(path: Path, schema: str, own: Path) -> dict:
    """The JSON schema that lies beside a file, or the project's own where none does.

    Parameters
    ----------
    path : Path
    schema : str
        Name of the schema.
    own : Path
        The project's folder of such files.

    Returns
    -------
    dict
    """
    file = path.with_name(schema)
    return _schema(file if file.is_file() else own / schema)


def checked(path: Path, schema: str, own: Path, place: Callable[[dict, list], str] | None = None,
            words: Callable[[dict], dict] = lambda data: data) -> tuple[dict, list[Fault]]:
    """The object that a JSON file holds, and what its schema finds wrong with it.

    Parameters
    ----------
    path : Path
    schema, own
        See :func:`beside`.
    place : callable, optional
        From the object and the steps to a fault, where that is in the words of the file.
    words : callable
        What is made of the object before it is checked, such as words out of its links.

    Returns
    -------
    tuple of (dict, list of Fault)
        An empty object where the file cannot be read.
    """
    try:
        data = words(read(path))
    except UnreadableError as error:
        return {}, [Fault.at(path.name, "", error.rule, error.found)]
    place = place or (lambda _, steps: " > ".join(map(str, steps)))
    found = (Fault.at(path.name, place(data, list(one.absolute_path)), schema_rule(one), schema_found(one))
             for one in schema_errors(beside(path, schema, own), data))
    return data, list(dict.fromkeys(found))  # each absent field is an error of its own, and the fault names all


#: What was found sound in this process: a build asks for the same questions hundreds of times.
_SOUND: set[int] = set()


def schema_errors(schema: dict, data) -> list:
    """What a JSON schema (draft 2020-12) finds wrong, in the order of the places.

    Parameters
    ----------
    schema : dict
    data : object

    Returns
    -------
    list of jsonschema.ValidationError
        None where :data:`CHECKED` says that the build has looked before.
    """
    if os.environ.get(CHECKED) == "1":
        return []
    known = hash((json.dumps(schema), json.dumps(data, default=repr)))
    if known in _SOUND:
        return []
    from jsonschema import Draft202012Validator

    errors = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: [str(p) for p in error.path])
    if not errors:
        _SOUND.add(known)
    return errors


def schema_rule(error) -> str:
    """The rule that a ``jsonschema`` error is about, in words.

    Parameters
    ----------
    error : jsonschema.ValidationError

    Returns
    -------
    str
    """
    place = error.json_path.removeprefix("$").lstrip(".") or "the file"
    asked = error.validator_value
    return {
        "required": f"{place} needs the fields {asked}",
        "additionalProperties": f"{place} may hold no other fields than the schema names",
        "enum": f"{place} must be one of {asked}",
        "const": f"{place} must be {json.dumps(asked)}",
        "type": f"{place} must be of type {asked}",
        "pattern": f"{place} must match {asked}",
        "minItems": f"{place} needs at least {asked} entry",
        "uniqueItems": f"{place} may name each entry once",
    }.get(error.validator, f"{place} must satisfy {error.validator} {asked}")


def schema_found(error) -> str:
    """What a ``jsonschema`` error met, short enough for one line.

    Parameters
    ----------
    error : jsonschema.ValidationError

    Returns
    -------
    str
    """
    if error.validator == "required":
        return "none of: " + ", ".join(name for name in error.validator_value if name not in error.instance)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return ", ".join(name for name in error.instance if name not in known)
    text = json.dumps(error.instance, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
