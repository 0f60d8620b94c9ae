"""``python -m emdbook.publish.questions``: export the question bank, count it."""

from __future__ import annotations

import argparse
import sys

from emdbook.teach.quiz.moodle import export, whole_bank


def _export(options) -> int:
    sets = whole_bank()
    print(f"{options.moodle}: {export(options.moodle, sets)} questions in {len(sets)} categories")
    return 0


def _count(options) -> int:
    sets = whole_bank()
    questions = [q for made in sets for q in made.questions]
    options_ = [o for q in questions for o in q.options]
    print(f"{len(questions)} questions in {len(sets)} sets, {len(options_)} options, each with its explanation")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m emdbook.publish.questions", description="The question bank.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    made = commands.add_parser("export", help="write the bank for a Moodle course")
    made.add_argument("--moodle", metavar="FILE", default="_build/questions.xml", help="Moodle XML")
    made.set_defaults(function=_export)
    commands.add_parser("count", help="how many questions there are").set_defaults(function=_count)
    options = parser.parse_args(arguments)
    return options.function(options)


if __name__ == "__main__":
    sys.exit(main())
