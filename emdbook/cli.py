"""``python -m emdbook <command>``: everything that ``make`` does, for people without make."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from emdbook.ground.faults import told_last
from emdbook.ground.paths import project_dir


def _print_findings(findings) -> int:
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings" if findings else "nothing found")
    return 1 if findings else 0


def _build(options) -> int:
    from emdbook.publish import build

    return build.build() or build.open_book()


def _open(options) -> int:
    from emdbook.publish.build import open_book

    return open_book()


def _serve(options) -> int:
    from emdbook.publish.build import serve

    return serve(options.port)


def _preview(options) -> int:
    from emdbook.publish import preview

    return preview.main(options.chapter, options.port)


def _lab(options) -> int:
    from emdbook.publish.lab import lab

    return lab(options.options)


def _lab_links(options) -> int:
    import emdbook
    from emdbook.publish.lab import write_extension

    place = write_extension(Path(sys.prefix) / "share" / "jupyter", emdbook.load())
    print(f"Every JupyterLab of this environment shows the records now: {place}")
    return 0


def _test(options) -> int:
    from emdbook import gates

    unknown = [name for name in options.gates if name not in gates.GATES]
    if unknown:
        print(f"There is no gate {', '.join(unknown)}. The gates are {', '.join(gates.GATES)}.", file=sys.stderr)
        return 2
    return gates.run(options.gates)


def _check_data(options) -> int:
    from emdbook.gates import check_data

    return check_data()


def _sync(options) -> int:
    import emdbook
    from emdbook.checks.prose import audit_project
    from emdbook.checks.sync import sync_project

    evidence = emdbook.load()
    changes = sync_project(project_dir(), evidence, write=not options.check)
    written = [change for change in changes if not change.by_hand]
    for change in written:
        print(change)
    print(f"{len(written)} numbers {'differ from' if options.check else 'written from'} the data")
    left = [*(change for change in changes if change.by_hand), *audit_project(project_dir(), evidence)]
    return 1 if _print_findings(left) or (options.check and written) else 0


def _whatif(options) -> int:
    from emdbook.checks.whatif import report, what_if

    print(report(what_if(project_dir(), options.file, outputs=not options.words)))
    return 0


def _structure(options) -> int:
    from emdbook.checks.structure import check_project

    return _print_findings(check_project(project_dir()))


def _blueprint(options) -> int:
    from emdbook.checks import blueprint

    bank, plan = blueprint.read_bank(), blueprint.read_blueprint()
    rows = blueprint.table(bank, plan)
    print("\t".join(rows[0]), *("\t".join(map(str, row.values())) for row in rows), sep="\n")
    return _print_findings(blueprint.check_project())


def _exports(options) -> int:
    from emdbook.publish.exports import write_exports

    written = write_exports()
    size = sum(path.stat().st_size for path in written) / 1e6
    print(f"{len(written)} files, {size:.1f} MB, are here: {written[0].parent.parent}")
    return 0


def _questions(options) -> int:
    from emdbook.teach.quiz.moodle import export, whole_bank

    file, sets = project_dir() / "_build" / "questions.xml", whole_bank()
    print(f"{file}: {export(file, sets)} questions in {len(sets)} categories")
    return 0


def _kit(options) -> int:
    from emdbook.publish.kit import write_kit

    written = write_kit()
    print(f"{len(written)} files, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB, are here: "
          f"{written[0].parent}")
    return 0


def _slides(options) -> int:
    from emdbook.publish.slides import build_decks

    decks = build_decks(options.chapters)
    for deck in decks:
        size = deck.file.stat().st_size / 1e6
        print(f"{deck.file.name}: {deck.slides} slides, {deck.widgets} widgets, {deck.questions} questions, "
              f"{size:.2f} MB")
    print(f"The decks are here: {decks[0].file.parent / 'index.html'}")
    return 0


def _python(options) -> int:
    from emdbook.publish.runtime.supply import fetch

    wheel = fetch()
    print(f"{wheel.name} is here, and its hash is right. Books that are built from now on run Python on the page.")
    return 0


def _offline(options) -> int:
    from emdbook.publish.offline import make_offline

    return make_offline(pdf=not options.no_pdf)


def _epub(options) -> int:
    from emdbook.publish.offline.epub import write_epub

    file = write_epub()
    print(f"The book is here: {file} ({file.stat().st_size / 1e6:.1f} MB)")
    return 0


def _tidy(options) -> int:
    from emdbook.evidence.tidy import tidy
    from emdbook.ground.faults import EvidenceError
    from emdbook.ground.paths import data_dir

    try:
        written, back, changed = tidy(data_dir())
    except EvidenceError as error:
        print(*error.faults, "Nothing was written.", sep="\n", file=sys.stderr)
        return 1
    for line in (*back, *changed):
        print(line)
    print(f"Written: {', '.join(written) or 'nothing, every table has the form of the package'}. "
          f"{len(changed)} cells or rows differ from what was last committed"
          f"{'; look at each, for a spreadsheet may have changed a figure' if changed else ''}.")
    return 0


def _release(options) -> int:
    from emdbook.publish.release import make_release

    return make_release(pdf=not options.no_pdf)


def _copies(options) -> int:
    from emdbook.publish import copies

    if options.check:
        gone = copies.stale()
        print("\n".join(gone) or "every copy is what its chapter gives")
        return 1 if gone else 0
    written, kept = copies.write_copies(force=options.force)
    print(f"{len(written)} copies, for learners and for teachers, are here: {written[0].parent.parent}")
    for file in kept:
        print(f"{file.parent.name}/{file.name} was edited since it was written and stays as it is")
    if kept:
        print("To write them anew too: python -m emdbook copies --force")
    return 0


def _lock(options) -> int:
    from emdbook.publish.lock import write_locks

    return write_locks(project_dir())


def _vote(options) -> int:
    import webbrowser

    from emdbook.classroom.poll import Bank, RefusedError
    from emdbook.classroom.server import serve
    from emdbook.publish.build import may_open

    if options.list is not None:
        bank = Bank()
        print(*(f"{name}\t{bank.questions[name].stem}" for name in bank.names(options.list)), sep="\n")
        return 0
    try:
        return serve(options.questions, port=options.port, address=options.address,
                     shared_addresses=options.shared_addresses, show=webbrowser.open if may_open() else None)
    except RefusedError as error:
        print(error.sentence, file=sys.stderr)
        return 2


def _weblinks(options) -> int:
    from emdbook.publish import build

    gone = build.gone_links()
    print("\n".join(gone) or "every address answers")
    return 1 if gone else 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 65535")
    return int(text)


#: What each calls, what it does, and what there is not when it could not be done.
COMMANDS = {
    "build": (_build, "check the data, execute every chapter, build the book and open it",
              "No new book was built; the last one, if any, stays"),
    "open": (_open, "open the built book in the browser",
             "The book was not opened"),
    "serve": (_serve, "serve the built book on this machine",
              "The book is not served"),
    "preview": (_preview, "show a page as it will be, seconds after a file was saved",
                "There is no preview"),
    "lab": (_lab, "open JupyterLab at the chapters",
            "JupyterLab was not opened"),
    "lab-links": (_lab_links, "let numbers lead to their records in every JupyterLab of this environment, as on a hub",
                  "The records were not written"),
    "test": (_test, "run every gate, or the named ones",
             "The gates were not run to the end"),
    "check-data": (_check_data, "check the data package",
                   "The data were not checked"),
    "tidy": (_tidy, "bring tables that a spreadsheet saved back into form, and name every changed cell",
             "The tables were not tidied"),
    "sync": (_sync, "write every number of the text from the data, and list what a person has to look at",
             "The text was not compared with the data"),
    "whatif": (_whatif, "say what rows for a new study, or changed figures, would change in the book",
               "There is no report"),
    "structure": (_structure, "check that every chapter has its parts",
                  "The chapters were not checked"),
    "blueprint": (_blueprint, "check the questions against the blueprint, and print it filled in",
                  "The questions were not checked"),
    "exports": (_exports, "write the decks for Anki and the questions for Moodle, Canvas and course platforms",
                "No new exports were written; the last ones, if any, stay"),
    "questions": (_questions, "write all questions for a Moodle course, as one file",
                  "The questions were not written"),
    "kit": (_kit, "print plans, handouts, tests, keys, cards and the poster for teachers as PDF",
            "The kit was not printed"),
    "slides": (_slides, "build a deck of slides for every chapter, or the named ones",
               "No new decks were made; the last ones, if any, stay"),
    "python": (_python, "fetch Python for the pages, so that exercises run in the book that is built next",
               "Python was not fetched"),
    "offline": (_offline, "make the copy to take along (zip) and the book as PDF",
                "Not everything was made"),
    "epub": (_epub, "write the book as EPUB 3, for reading devices",
             "There is no new EPUB; the last one, if any, stays"),
    "release": (_release, "make everything that a teacher takes, with checksums, in one folder",
                "There is no release; an earlier one stays"),
    "copies": (_copies, "write the learner's and the teacher's copy of every chapter",
               "Not every copy was written"),
    "vote": (_vote, "let a class vote with its phones on the local network, without internet",
             "There is no vote"),
    "lock": (_lock, "write the lock files anew",
             "The lock files were not written"),
    "weblinks": (_weblinks, "ask every outside address of the book whether it answers",
                 "The addresses were not asked"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m emdbook", description="Build, read and test the book.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (function, help_, _) in COMMANDS.items():
        command = commands.add_parser(name, help=help_)
        command.set_defaults(function=function)
        if name == "test":
            command.add_argument("gates", nargs="*", help="lint, data, tests, notebooks, book, web (these if left "
                                                          "out), widgets, python, offline, setup")
        elif name == "slides":
            command.add_argument("chapters", nargs="*", help="chapters such as 09; all if left out")
        elif name in ("offline", "release"):
            command.add_argument("--no-pdf", action="store_true", help="without the PDF, which needs a browser")
        elif name == "sync":
            command.add_argument("--check", action="store_true",
                                 help="write nothing; fail where anything would change")
        elif name == "whatif":
            command.add_argument("file", help="rows by table, as JSON", type=lambda name: Path(name).absolute())
            command.add_argument("--words", action="store_true", help="without charts, tables and widgets; quicker")
        elif name == "copies":
            command.add_argument("--check", action="store_true", help="only say which copies are stale")
            command.add_argument("--force", action="store_true", help="write over copies that somebody edited")
        elif name == "serve":
            command.add_argument("--port", type=_port, default=8000)
        elif name == "vote":
            command.add_argument("questions", nargs="*", help="names of the questions of this lesson, in order")
            command.add_argument("--list", metavar="CHAPTER", nargs="?", const="",
                                 help="only print the names and questions of a chapter such as 09, or of all")
            command.add_argument("--port", type=_port, default=8765)
            command.add_argument("--address", default="", help="of this machine on the network of the phones")
            command.add_argument("--shared-addresses", action="store_true",
                                 help="several phones come from one address, as behind a router of their own")
        elif name == "preview":
            command.add_argument("chapter", nargs="?", default="", help="a chapter such as 09; the cover if left out")
            command.add_argument("--port", type=_port, default=8010)
        elif name == "lab":
            command.add_argument("options", nargs=argparse.REMAINDER,
                                 help="handed to JupyterLab, such as --allow-root in a container")
    options = parser.parse_args(arguments)
    os.chdir(project_dir())
    return told_last(lambda: options.function(options), COMMANDS[options.command][2])

