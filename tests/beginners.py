"""Mistakes that a beginner makes in a cell, with the line and words of the answer: for the driver, a notebook and both
browsers.
"""

from __future__ import annotations

#: Source of the cell, line, and what the answer says.
MISTAKES = [
    # what Python cannot read
    ("x = 1\ny = (1", 2, "'(' was never closed"),
    ("x = f(1))", 1, "')' closes nothing"),
    ("x = [1)", 1, "does not match"),
    ("x = = 1", 1, "stands in the wrong place"),
    ("x = 'word", 1, "a quotation mark is not closed"),
    ('x = 1\nprint("word)', 2, "a quotation mark is not closed"),
    ("x = 'word’", 1, "’ closes none, write '"),
    ('x = """word', 1, "a quotation mark is not closed"),
    ("x = “word”", 1, 'write " where “ stands'),
    ("x = ‘word’", 1, "write ' where ‘ stands"),
    ("x = （1）", 1, "write ( where （ stands"),
    ("print(1，2)", 1, "write , where ， stands"),
    ("if 1：\n    print(1)", 1, "write : where ： stands"),
    ("x = 1\ny = ３", 2, "write 3 where ３ stands"),
    ("x = 1。5", 1, "write . where 。 stands"),
    ("x = 3 – 2", 1, "write - where – stands"),
    ("x = 3 × 2", 1, "write * where × stands"),
    ("x = 3 ☺", 1, "the sign ☺ can stand only within quotation marks"),
    ("x\u00a0= 1", 1, "a sign that cannot be seen"),
    ("x = 1\nif x = 1:\n    print(x)", 2, "to compare, write =="),
    ("1 = x", 1, "to compare, write =="),
    ("x = [1, 2 3]", 1, "perhaps a comma"),
    ("for i in range(3)\n    print(i)", 1, "a colon is missing"),
    ("if 1:\nprint(1)", 2, "set in by four spaces"),
    ("x = 1\n    y = 2", 2, "spaces that do not belong there"),
    ("if 1:\n        x = 1\n    y = 1", 3, "as many spaces"),
    ("if 1:\n\tx = 1\n        y = 2", 3, "tabs and spaces are mixed"),
    ("x = 30%", 1, "a percentage is written without its sign"),
    ("x = 3patients", 1, "a name does not begin with a digit"),
    ("x = 007", 1, "does not begin with 0"),
    ("print 3", 1, "print needs brackets"),
    ("len(a=1, 2)", 1, "put it first"),
    ("return 3", 1, "'return' outside function"),
    # what cannot be done
    ("patients = many", 1, "the name many is not known here: either a line that gives it a value is missing"),
    ("responder = 3\nprint(responders)", 2, "the name responders is not known here"),
    ("a = 1\n\nb = a / 0", 3, "this divides by zero"),
    ("import scipy.nothing", 1, "there is no scipy.nothing in this Python"),
    ("from math import nothing", 1, "there is no nothing in math"),
    ("import math\nmath.squareroot(4)", 2, "there is no squareroot in math"),
    ("'word'.enlarge()", 1, "a value of the kind str has no enlarge"),
    ("def f():\n    return f()\nf()", 2, "calls itself without end"),
    ("[][1]", 1, "there is no entry of that number"),
    ("{}['a']", 1, "there is no entry 'a'"),
    ("'a' + 1", 1, "a word stands where a number is needed"),
    ("1 < 'a'", 1, "a word stands where a number is needed"),
    ("[1] + 1", 1, "several values stand where one is needed"),
    ("None + 1", 1, "None, which is no value"),
    ("x = 3,5\nx / 2", 2, "a decimal number is written with a point, 3.5, not 3,5"),
    ("len(3)", 1, "one value stands where several are needed"),
    ("3(4)", 1, "brackets stand behind something that is no function"),
    ("x = 3\nx[0]", 2, "square brackets stand behind something that has no entries"),
    ("range(1.5)", 1, "a whole number is needed here"),
    ("def f(a, b):\n    return a\nf(1)", 3, "f also needs 'b'"),
    ("def f(a):\n    return a\nf(1, 2)", 3, "f takes 1 values without a name, and here are 2"),
    ("def f(a):\n    return a\nf(b=2)", 3, "f knows no setting b"),
    ("int('three')", 1, "'three' is no whole number"),
    ("float('3,5')", 1, "'3,5' is no number"),
    ("open('studies.csv')", 1, "there is no file 'studies.csv' here"),
    ("10.0 ** 1000", 1, "the number is too large"),
    ("assert 1 == 2", 1, "what the cell asserts does not hold"),
    ("raise ValueError('x' * 10000)", 1, "xxx … xxx"),
    ("print(1)\nfrom emdbook import charts\ncharts.interval_by_size(35.7, sizes=(10, 20), highlight='31')", 3,
     "interval by size: '31' is none of the sizes drawn; choose one of 10 and 20."),
    ("from emdbook import charts\ncharts.forrest([])", 2,
     "there is no forrest in emdbook.charts; perhaps you mean forest"),
    ("import emdbook\nemdbook.load().outcome('no-such-row')", 2, "no-such-row"),
]
#: They are no mistakes in a notebook, where they ask or do nothing; on a page they are answered without a line or with.
ON_A_PAGE = [
    ("", None, "There is nothing to run in this cell"),
    ("# x = 1\n", None, "There is nothing to run in this cell"),
    ("x = 1\ninput('n?')", 2, "nobody can be asked here"),
    ("!pip install scipy", 1, "only Python runs here"),
    ("exit()", 1, "ended itself"),
]


def said(source: str, line: int | None, words: str, fault: str | None) -> str:
    """What is wrong with an answer, or nothing."""
    start = f"Line {line}: " if line else ""
    good = fault and fault.startswith(start) and words in fault and fault.endswith(".") and "\n" not in fault \
        and len(fault) < 600
    return "" if good else f"{source!r}: {fault!r}"
