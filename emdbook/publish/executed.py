"""One execution of each chapter, kept for the web book, the decks, the gates and the tests.

A chapter is run again only if something changed that it depends on: its code, its exercises, a file of the data, a file
of the toolkit that its kernel ran, or a package that it loaded.  jupyter-cache is not used for this: it looks at the
code alone, so it would publish an old number after a changed table, and it runs one chapter at a time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import pickle
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

from emdbook.checks.exercises import read_exercises
from emdbook.checks.recording import TRIES, USED, WIDGETS, Try
from emdbook.ground.faults import Told
from emdbook.ground.notebook import Cell, folds_as_boxes, read_cells, read_notebook
from emdbook.ground.paths import data_dir, project_dir

#: Raise this when the stored form of a run changes.
FORMAT = 2
TIMEOUT = 300
#: The page that a preview makes, ``none`` for all as they were run last; not set outside a preview.
PREVIEW = "EMDBOOK_PREVIEW"
_KEY, _RUN, _BEGUN = "key.json", "chapter.ipynb", "begun.json"


class ChapterError(Told, RuntimeError):
    """A chapter that does not run; the message names file, cell and reason in one sentence."""


def chapters() -> list[Path]:
    """The chapters in order."""
    return sorted((project_dir() / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def store_dir() -> Path:
    """Where executed chapters are kept, one folder each."""
    return project_dir() / "_build" / "executed"


#: Words for teachers, which no cell of a chapter reads: a changed sentence in them needs no new run.
_FOR_TEACHERS = ("lessons.json", "lessons.schema.json", "teaching.json", "teaching.schema.json")


# --- what a run depends on ------------------------------------------------------------------------------------------

@functools.cache
def _hash_of(path: str, stamp: tuple[int, int]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def file_hash(file: Path) -> str:
    """Digest of a file's content, or a word if it is gone."""
    try:
        seen = file.stat()
    except OSError:
        return "gone"
    return _hash_of(str(file), (seen.st_mtime_ns, seen.st_size))


def folder_hash(folder: Path, without: Sequence[str] = ()) -> str:
    """Digest of the names and contents of all files of a folder, but for those that are named."""
    made = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__pycache__")) for part in file.relative_to(folder).parts)
        if file.is_file() and not hidden and file.name not in without:
            made.update(f"{file.relative_to(folder).as_posix()} {file_hash(file)}\n".encode())
    return made.hexdigest()


@functools.cache
def versions() -> str:
    """Digest of the Python and of every installed package."""
    found = sorted({f"{d.name} {d.version}" for d in metadata.distributions() if d.name != "emdbook"})
    return hashlib.sha256("\n".join([platform.python_version(), *found]).encode()).hexdigest()


def _data() -> str:
    """Digest of everything that a cell may read."""
    return folder_hash(data_dir(), _FOR_TEACHERS)


def _code(notebook: Path) -> str:
    """Digest of what a kernel is given: code cells, and the values that exercises ask for."""
    cells = [cell.source for cell in read_cells(notebook) if cell.kind == "code"]
    asked = [[one.title, repr(one.values())] for one in read_exercises(notebook) if one.cell]
    return hashlib.sha256(json.dumps([cells, asked]).encode()).hexdigest()


@functools.cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "gone"


@functools.cache
def _packages() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())  # most of a second: once a process, not once a kernel


def _key(notebook: Path, files: Sequence[str], packages: Sequence[str]) -> dict:
    toolkit = project_dir() / "emdbook"
    return {"format": FORMAT, "python": platform.python_version(), "code": _code(notebook), "data": _data(),
            "files": {name: file_hash(toolkit / name) for name in files},
            "packages": {name: _version(name) for name in packages}}


def is_fresh(notebook: Path) -> bool:
    """Whether the kept run of a chapter is what running it now would give."""
    try:
        kept = json.loads((store_dir() / notebook.stem / _KEY).read_text(encoding="utf-8"))
        return kept == _key(notebook, list(kept["files"]), list(kept["packages"]))
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: run it again
        return False


# --- running --------------------------------------------------------------------------------------------------------

def opening(notebook: Path, folder: Path) -> str:
    """The code that a kernel runs before the first cell."""
    return f"import emdbook.checks.recording as _r; _r.start({str(notebook)!r}, {str(folder)!r}); del _r"


#: The code that a kernel runs after the last cell.
CLOSING = "import emdbook.checks.recording as _r; _r.finish(); del _r"


def environment(alone: bool = True) -> dict[str, str]:
    """The environment of a kernel: the page's view, and this toolkit.

    Parameters
    ----------
    alone : bool
        Whether no other chapter runs beside it, so that it may draw with all processors.
    """
    paths = [str(project_dir()), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    made = dict(os.environ, EMDBOOK_VIEW="page", PYTHONPATH=os.pathsep.join(paths))
    return made if alone else made | {"EMDBOOK_WORKERS": "1"}


def _place(notebook: Path, number: int) -> str:
    return f"{notebook.parent.name}/{notebook.name}, cell {number}"


def check_syntax(notebook: Path) -> None:
    """Raise for the first cell that is no Python, before a kernel is started for it.

    Raises
    ------
    ChapterError
    """
    for cell in read_cells(notebook):
        if cell.kind == "code":
            try:
                compile(cell.source, notebook.name, "exec")
            except SyntaxError as error:
                line = f", line {error.lineno}: {(error.text or '').strip()}" if error.lineno else ""
                raise ChapterError(f"{_place(notebook, cell.number)}: {error.msg}{line}") from None


def fault_of(outputs: Sequence[dict]) -> str:
    """What is wrong with what a cell showed: an error, or words on stderr; nothing if all is well."""
    for output in outputs:
        if output.get("output_type") == "error":
            return f"{output.get('ename')}: {output.get('evalue')}"
        if output.get("output_type") == "stream" and output.get("name") == "stderr":
            text = output["text"] if isinstance(output["text"], str) else "".join(output["text"])
            return f"it wrote a warning: {' '.join(text.split())[:300]}"
    return ""


def warm_kernel():
    """A kernel that loads the toolkit before it is known which chapter it will run: for :func:`execute`.

    Returns
    -------
    jupyter_client.KernelManager
        Whoever started it shuts it down.
    """
    from jupyter_client import KernelManager

    # the statistics too, which the toolkit itself loads only when an interval is first asked for
    wanted = "[__import__(name) for name in ('emdbook.checks.recording', 'statsmodels.stats.proportion')] and None"
    made = KernelManager(kernel_name="python3")
    made.start_kernel(cwd=str(project_dir() / "notebooks"), env=environment(), stderr=subprocess.DEVNULL,
                      extra_arguments=[f"--IPKernelApp.exec_lines={wanted}"])
    return made


def execute(notebook: Path, alone: bool = True, kernel=None) -> None:
    """Run a chapter and keep what it showed.

    Parameters
    ----------
    notebook : path
    alone : bool
        Whether no other chapter runs beside it.
    kernel : jupyter_client.KernelManager, optional
        Of :func:`warm_kernel`; a new one if left out.

    Raises
    ------
    ChapterError
        If a cell fails or writes on stderr.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell

    read_notebook(notebook)  # says in plain words what is wrong with the file
    check_syntax(notebook)
    book = nbformat.read(notebook, as_version=4)
    with recording(notebook) as folder, open(folder / "kernel.log", "w+", encoding="utf-8") as log:
        cells = book.cells
        book.cells = [new_code_cell(opening(notebook, folder)), *cells, new_code_cell(CLOSING)]
        client = NotebookClient(book, timeout=TIMEOUT, kernel_name="python3", km=kernel,
                                shutdown_kernel="immediate", resources={"metadata": {"path": str(notebook.parent)}})
        try:
            # a failed cell holds its error, which fault_of() tells; the kernel's own log matters only if it dies
            with contextlib.suppress(CellExecutionError):
                client.execute(env=environment(alone), stderr=log)
        except (CellTimeoutError, DeadKernelError) as error:
            log.seek(0)
            raise ChapterError(f"{notebook.name}: {str(error).splitlines()[0]} {log.read()[-300:]}".strip()) from None
        for number, cell in enumerate(book.cells):
            # the first cell is ours, so the number of a cell here is its number as a reader counts
            if cell.cell_type == "code" and (fault := fault_of(cell.outputs)):
                where = _place(notebook, number) if 0 < number <= len(cells) else notebook.name
                raise ChapterError(f"{where}: {fault}")
        book.cells = cells
        keep(notebook, folder, [cell.outputs for cell in cells if cell.cell_type == "code"])


@contextlib.contextmanager
def recording(notebook: Path) -> Iterator[Path]:
    """A folder for a run of this chapter, which :func:`keep` puts in its place when the run succeeded."""
    store_dir().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{notebook.stem}-", dir=store_dir()))
    (folder / _BEGUN).write_text(json.dumps([_code(notebook), _data()]), encoding="utf-8")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(notebook: Path, folder: Path, outputs: Sequence[Sequence[dict]]) -> None:
    """Put a run in its place.

    Parameters
    ----------
    notebook : path
    folder : path
        Of :func:`recording`, where the kernel wrote what it recorded.
    outputs : sequence of sequence of dict
        What each code cell showed, in order.
    """
    made, shown = read_notebook(notebook), iter(outputs)
    for count, cell in enumerate((c for c in made["cells"] if c["cell_type"] == "code"), start=1):
        cell["outputs"], cell["execution_count"] = [dict(one) for one in next(shown)], count
        for one in cell["outputs"]:
            if "execution_count" in one:  # the cells of the recorder are not counted
                one["execution_count"] = count
    (folder / _RUN).write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    used = json.loads((folder / USED).read_text(encoding="utf-8"))
    packages = {name for module in used["modules"] for name in _packages().get(module, [])} - {"emdbook"}
    key = _key(notebook, used["files"], sorted(packages))
    begun = (folder / _BEGUN).stat().st_mtime
    edited = [name for name in key["files"] if (project_dir() / "emdbook" / name).stat().st_mtime > begun]
    if edited or json.loads((folder / _BEGUN).read_text(encoding="utf-8")) != [key["code"], key["data"]]:
        key["format"] = 0  # something changed while the kernel ran: next time it runs again
    (folder / _KEY).write_text(json.dumps(key), encoding="utf-8")
    place = store_dir() / notebook.stem
    shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):  # another process was as quick, with the same run
        folder.rename(place)


def refresh(notebooks: Sequence[Path] | None = None, workers: int = 2) -> list[str]:
    """Run every chapter that is stale.

    Parameters
    ----------
    notebooks : sequence of path, optional
        All chapters if left out.
    workers : int
        How many run at once.

    Returns
    -------
    list of str
        Names of the chapters that were run.

    Raises
    ------
    ChapterError
        Naming every chapter that does not run, after the others have been run.
    """
    notebooks = chapters() if notebooks is None else list(notebooks)
    for notebook in notebooks:  # a bracket that is missing is told before anything runs
        check_syntax(notebook)
    stale = [one for one in notebooks if not is_fresh(one)]
    failed = []

    def run(notebook: Path) -> None:
        try:
            execute(notebook, alone=len(stale) == 1)
        except ChapterError as error:
            failed.append(str(error))
        else:
            print(f"ran {notebook.name}", flush=True)

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        list(pool.map(run, stale))
    if failed:
        raise ChapterError("\n".join(sorted(failed)))
    return [one.stem for one in stale]


# --- looking at a run -----------------------------------------------------------------------------------------------

def _ensure(notebook: Path) -> Path:
    if not is_fresh(notebook):
        execute(notebook)
    return store_dir() / notebook.stem


def run_text(notebook: Path, stale: bool = False) -> str:
    """A chapter with everything that its cells showed, as the text of a notebook for MyST.

    The words are those of the chapter as it stands: a changed sentence needs no new run.

    Parameters
    ----------
    notebook : path
    stale : bool
        Take the last run however old it is, and none if there is none; for pages that a preview does not show.

    Raises
    ------
    ChapterError
        If the chapter has to be run for it and fails.
    """
    place = (store_dir() / notebook.stem if stale else _ensure(notebook)) / _RUN
    kept = read_notebook(place)["cells"] if place.is_file() else []
    outputs = iter([c for c in kept if c["cell_type"] == "code"])
    made = read_notebook(notebook)
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            run = next(outputs, {"outputs": [], "execution_count": None})
            cell["outputs"], cell["execution_count"] = run["outputs"], run["execution_count"]
        elif cell["cell_type"] == "markdown":
            cell["source"] = folds_as_boxes("".join(cell["source"]))
    return json.dumps(made, ensure_ascii=False)


def run_cells(notebook: Path) -> list[Cell]:
    """The cells of a chapter, with what they showed in ``raw["outputs"]``."""
    run_text(notebook)
    cells = read_cells(notebook)
    shown = iter(c.raw.get("outputs", []) for c in read_cells(store_dir() / notebook.stem / _RUN) if c.kind == "code")
    for cell in cells:
        if cell.kind == "code":
            cell.raw["outputs"] = next(shown)
    return cells


def widgets(notebook: Path) -> dict:
    """The widgets of a chapter by id, as its kernel made them."""
    return pickle.loads((_ensure(notebook) / WIDGETS).read_bytes())


def tries(notebook: Path) -> list[Try]:
    """What each exercise printed with the value that stands there and with every value that its words ask for."""
    return [Try(**one) for one in json.loads((_ensure(notebook) / TRIES).read_text(encoding="utf-8"))]


def workers() -> int:
    """How many chapters run at once: ``EMDBOOK_WORKERS``, or the number of processors up to four."""
    from emdbook.explore.states import workers as processors

    return min(4, processors())

