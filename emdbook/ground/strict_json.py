"""Reading a JSON file strictly, and saying in plain words what a JSON schema found wrong.

Shared by the rooms whose data are trees and not tables: the treatment pathway and the teaching cases.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Fault", "FaultsError", "UnreadableError", "read", "schema_found", "schema_rule"]


@dataclass(frozen=True)
class Fault:
    """One fault: the file, the place in it (empty for the file as a whole), the rule and what was found."""

    file: str
    place: str
    rule: str
    found: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.rule}; found {self.found}"


class FaultsError(ValueError):
    """Trees that cannot be used. ``faults`` lists every fault; the message prints them all."""

    #: How the message begins.
    subject = "The file has"

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{self.subject} {count}.\n" + "\n".join(f"- {fault}" for fault in self.faults))


class UnreadableError(ValueError):
    """A file that is no JSON object of names that stand once.

    Parameters
    ----------
    path : Path
    rule, found : str
        What the file must be, and what it is.
    """

    def __init__(self, path: Path, rule: str, found: str):
        self.path, self.rule, self.found = path, rule, found
        super().__init__(f"{path}: {rule}; found {found}")


def read(path: Path):
    """The content of a JSON file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    object

    Raises
    ------
    UnreadableError
        If it is missing, not UTF-8, no JSON, or names something twice in one object.
    """
    def no_twins(pairs):
        names = [name for name, _ in pairs]
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise ValueError(f"the name {twins[0]!r} twice in one object")
        return dict(pairs)

    try:
        return json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=no_twins)
    except OSError as error:
        found = error.strerror or str(error)
        raise UnreadableError(path, "the file must exist and be readable", found) from None
    except UnicodeDecodeError as error:
        found = f"another encoding at byte {error.start + 1}"
        raise UnreadableError(path, "the file must be UTF-8 text", found) from None
    except json.JSONDecodeError as error:
        found = f"{error.msg.lower()} (line {error.lineno}, column {error.colno})"
        raise UnreadableError(path, "the file must be valid JSON without a byte-order mark", found) from None
    except RecursionError:
        raise UnreadableError(path, "the file must be valid JSON", "brackets nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(path, "each name may stand once in an object", str(error)) from None


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
