"""From the joined data to the plain rows that charts take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import pandas as pd

from emdbook.evidence import Evidence
from emdbook.evidence.figures import Reading
from emdbook.ground.wording import count, is_missing, number, percent, plural

#: What a chart may ask of a row; everything else stays in the data.
COLUMNS = {
    "study_label": "study", "population": "population", "events": "events", "n": "n", "value": "value",
    "ci_low": "ci_low", "ci_high": "ci_high", "not_reached": "not_reached", "at_months": "at_months",
    "standing": "standing", "design": "design", "therapeutic_class": "therapeutic_class", "setting": "setting",
    "endpoint": "endpoint", "measure": "measure", "outcome_id": "outcome_id", "study_id": "study_id",
    "arm_label": "arm", "arm_n": "arm_n", "arm_id": "arm_id", "overlaps_with": "overlaps_with", "unit": "unit",
}


def chart_rows(evidence: Evidence, outcome_ids: Iterable[str] | Mapping[str, str], *,
               label: str = "{study}, {population}") -> pd.DataFrame:
    """Rows for a chart, in the order asked for.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : iterable of str, or mapping of str to str
        Rows of ``outcomes``; a mapping gives each its own label, which may use the columns of the result as well:
        ``"Single transplant, {n}"`` follows a corrected ``n``.
    label : str
        How to name a row; may use the columns of the result, for example ``"{study}"``.

    Returns
    -------
    pandas.DataFrame
        ``label``, then the columns of :data:`COLUMNS`; percentages 0 to 100, times in months.

    Raises
    ------
    LookupError
        For an unknown row, with the nearest known ids.
    """
    ids = list(outcome_ids)
    for outcome_id in ids:
        evidence.outcome(outcome_id)  # a fact or a study has no place here, and an unknown id is named with its like
    view = evidence.view().set_index("outcome_id", drop=False).loc[ids]
    table = view[list(COLUMNS)].rename(columns=COLUMNS).reset_index(drop=True)
    readings = [evidence.reading(outcome_id).in_months() for outcome_id in ids]
    for column, name in {"value": "value", "ci_low": "low", "ci_high": "high", "at_months": "time"}.items():
        table[column] = pd.array([getattr(r, name) for r in readings], dtype="Float64")
    table["n"] = pd.array([r.n for r in readings], dtype="Int64")
    table["unit"] = pd.array(["%" if r.unit == "percent" else r.unit for r in readings], dtype="string")
    labels = [outcome_ids[i] for i in ids] if isinstance(outcome_ids, Mapping) else [label] * len(ids)
    cells = table.to_dict("records")
    table.insert(0, "label", [words.format(**row) for words, row in zip(labels, cells, strict=True)])
    return table


def pairs(evidence: Evidence, outcome_ids: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Rows for a paired chart.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : sequence of (str, str)
        For each study the row of the group and the row of its comparator.

    Returns
    -------
    pandas.DataFrame
        As :func:`chart_rows`, with ``role`` ("group" or "comparator").
    """
    table = chart_rows(evidence, [row for pair in outcome_ids for row in pair])
    table["role"] = ["group", "comparator"] * len(outcome_ids)
    return table


def with_others(evidence: Evidence, groups: Mapping[str, tuple[str, str]]) -> list[dict]:
    """A group and the other patients of the same trial, as counts.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    groups : mapping of str to (str, str)
        Label to the row of the group and the row of the other patients; both rows have a count.

    Returns
    -------
    list of dict
        ``label, events, n, others_events, others_n``.

    Raises
    ------
    LookupError
        For an unknown row.
    ValueError
        If a row has no count.
    """
    out = []
    for label, ids in groups.items():
        group, others = (evidence.reading(outcome_id) for outcome_id in ids)
        for reading in (group, others):
            if reading.events is None or reading.n is None:
                raise ValueError(f"{reading.row_id} has no count.")
        out.append({"label": label, "events": group.events, "n": group.n, "others_events": others.events,
                    "others_n": others.n})
    return out


def safety_rows(evidence: Evidence, safety_ids: Iterable[str] | Mapping[str, str]) -> pd.DataFrame:
    """Harms as rows for a chart of proportions.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    safety_ids : iterable of str, or mapping of str to str
        Rows of ``safety`` that give a share of patients; a mapping gives each its own label.

    Returns
    -------
    pandas.DataFrame
        ``label, population, events, n, value, ci_low, ci_high, standing, safety_id``; percentages 0 to 100.

    Raises
    ------
    LookupError
        For an unknown row.
    ValueError
        If a row is no share of patients.
    """
    ids = list(safety_ids)
    records = [evidence.record(safety_id) for safety_id in ids]
    for safety_id, record in zip(ids, records, strict=True):
        if record.attrs.get("table") != "safety" or record["measure"] != "proportion":
            raise ValueError(f"{safety_id} is no share of patients with a harm.")
    labels = [safety_ids[i] for i in ids] if isinstance(safety_ids, Mapping) else [
        f"{'' if is_missing(r['therapy_id']) else str(r['therapy_id']).capitalize() + ': '}{r['event']}"
        for r in records]
    table = pd.DataFrame([{name: r[name] for name in ("population", "events", "n", "value", "ci_low", "ci_high",
                                                       "standing")} for r in records])
    table.insert(0, "label", labels)
    return table.assign(safety_id=ids)


def depth_rows(evidence: Evidence, groups: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """A response and a median of the same patients on one line.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    groups : mapping of str to (str, str)
        Label to the row of the response and the row of the median; an empty id where a source gives no such figure.

    Returns
    -------
    pandas.DataFrame
        ``label, population, response, months, not_reached, response_standing, months_standing, arm_id``; a median
        is in months. Each of the two figures has its own standing, empty where there is no figure.

    Raises
    ------
    LookupError
        For an unknown row.
    ValueError
        If a label has neither row, or its two rows are of different patients.
    """
    out = []
    nan = float("nan")
    for label, ids in groups.items():
        rows = [chart_rows(evidence, [i]).iloc[0] if i else None for i in ids]
        known = [row for row in rows if row is not None]
        if not known:
            raise ValueError(f"{label}: neither a response nor a median is named.")
        if len({row["arm_id"] for row in known}) > 1:
            raise ValueError(f"{label}: the response and the median are of different patients.")
        response, median = rows
        out.append({"label": label, "population": known[0]["population"],
                    "response": nan if response is None else float(response["value"]),
                    "months": nan if median is None or is_missing(median["value"]) else float(median["value"]),
                    "not_reached": median is not None and not is_missing(median["not_reached"])
                    and bool(median["not_reached"]),
                    "response_standing": "" if response is None else response["standing"],
                    "months_standing": "" if median is None else median["standing"], "arm_id": known[0]["arm_id"],
                    "outcome_id": known[0]["outcome_id"]})
    return pd.DataFrame(out)


def depth_table(evidence: Evidence, **kinds: tuple[Mapping, Mapping]) -> pd.DataFrame:
    """Rows for :func:`emdbook.lessons.depth.depth_and_duration`.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    **kinds : tuple of (mapping, mapping)
        For each kind of response ("any", "complete") the groups of patients with EMD and those that they are set
        beside, each as for :func:`depth_rows`, by study.

    Returns
    -------
    pandas.DataFrame
        As :func:`depth_rows`, with ``study, reference, depth``.
    """
    parts = [depth_rows(evidence, groups).assign(reference=reference, depth=kind)
             for kind, pair in kinds.items() for reference, groups in zip((False, True), pair, strict=True) if groups]
    return pd.concat(parts, ignore_index=True).rename(columns={"label": "study"})


def timeline_rows(evidence: Evidence, events: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Rows for a time line from the updates of the data.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    events : mapping of str to (str, str)
        Update id to a short label and a kind of :data:`emdbook.charts.timeline.KINDS`.

    Returns
    -------
    pandas.DataFrame
        ``date, label, kind, certainty, update_id``.

    Raises
    ------
    LookupError
        For an unknown update.
    """
    found = [evidence.record(update_id) for update_id in events]
    return pd.DataFrame([{"date": str(row["date"]), "label": label, "kind": kind, "certainty": row["certainty"],
                          "update_id": update_id}
                         for update_id, row, (label, kind) in zip(events, found, events.values(), strict=True)])


def bind(chart_function: Callable, table, **fixed) -> Callable:
    """A chart function with its data filled in, for :func:`emdbook.explore.explore`.

    Parameters
    ----------
    chart_function : callable
        A function of :mod:`emdbook.charts`.
    table
        Its first argument.
    **fixed
        Settings that the reader does not change.
    """
    return partial(chart_function, table, **fixed)


def arm_rows(evidence: Evidence, arm_ids: Mapping[str, str]) -> pd.DataFrame:
    """Groups of patients by their size, for charts of who stands behind a statement.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    arm_ids : mapping of str to str
        Rows of ``arms`` with the label of each.

    Returns
    -------
    pandas.DataFrame
        ``label, population, n, assessed, study, arm, arm_id``; ``n`` is empty where no number is given, ``assessed``
        where nobody is known to be missing.

    Raises
    ------
    LookupError
        For an unknown group, with the nearest known ids.
    """
    arms = [evidence.arm(arm_id) for arm_id in arm_ids]
    return pd.DataFrame({"label": list(arm_ids.values()), "population": [arm["population"] for arm in arms],
                         "n": [arm["n"] for arm in arms], "assessed": [arm["n_evaluable"] for arm in arms],
                         "study": [evidence.study(arm["study_id"])["label"] for arm in arms],
                         "arm": [arm["label"] for arm in arms], "arm_id": list(arm_ids)})


def beside(evidence: Evidence, outcome_ids: Mapping[str, str]) -> pd.DataFrame:
    """Groups beside the comparators that the data name, also where only a direction is known.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : mapping of str to str
        Rows of ``outcomes`` that name a comparator, each with the label of its study.

    Returns
    -------
    pandas.DataFrame
        Two rows for each: as :func:`chart_rows` with ``role`` ("group" or "comparator"), ``pair`` (the row asked
        for), ``against`` (the comparator's population) and ``stated`` (what is said where no figure is given).

    Raises
    ------
    LookupError
        For an unknown row.
    ValueError
        If a row names no comparator.
    """
    parts = []
    for outcome_id, label in outcome_ids.items():
        row = evidence.outcome(outcome_id)
        if pd.isna(row["comparator_arm_id"]):
            raise ValueError(f"{outcome_id} names no comparator.")
        arm = evidence.arm(row["comparator_arm_id"])
        known = evidence.outcomes
        known = known[(known.arm_id == row["comparator_arm_id"]) & (known.endpoint == row["endpoint"])
                      & (known.measure == row["measure"]) & known.headline]
        group = chart_rows(evidence, {outcome_id: label})
        if known.empty:
            blank = dict.fromkeys(("events", "value", "ci_low", "ci_high", "at_months", "outcome_id"))
            other = group.assign(**blank, population=arm["population"], n=arm["n"], arm_n=arm["n"],
                                 arm=arm["label"])
        else:
            other = chart_rows(evidence, {known.outcome_id.iloc[0]: label})
        stated = "" if pd.notna(row["value"]) else str(row["note"]).partition(";")[0]
        parts += [frame.assign(role=role, pair=outcome_id, against=arm["population"], stated=stated)
                  for role, frame in (("group", group), ("comparator", other))]
    return pd.concat([part.astype(object) for part in parts], ignore_index=True)


def fact_rows(evidence: Evidence, facts: Mapping[str, str], *, population: str = "EMD") -> pd.DataFrame:
    """Facts of ``epidemiology`` and ``biology`` as rows for a chart, in the order asked for.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    facts : mapping of str to str
        Fact id to label.
    population : str
        Whom the facts speak of; decides colour and shape.

    Returns
    -------
    pandas.DataFrame
        ``fact_id, label, population, direction, low, high, value, unit, n, standing``.

    Raises
    ------
    LookupError
        For an unknown fact, with the nearest known ids.
    """
    out = []
    for fact_id, label in facts.items():
        record = evidence.record(fact_id)
        out.append({"fact_id": fact_id, "label": label, "population": population,
                    **{name: record[name] for name in ("direction", "low", "high", "value", "unit", "n", "standing")}})
    return pd.DataFrame(out)


def log_rows(evidence: Evidence) -> pd.DataFrame:
    """The discrepancy log with the label and class of each study.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    pandas.DataFrame
        As ``discrepancies``, with ``label`` and ``therapeutic_class``; both empty where no study is concerned.
    """
    studies = evidence.studies[["study_id", "label", "therapeutic_class"]]
    return evidence.discrepancies.merge(studies, on="study_id", how="left", validate="many_to_one")


def response_groups(evidence: Evidence) -> pd.DataFrame:
    """Groups of patients with EMD whose response is known, one row each, for a map of the evidence.

    Nobody is counted twice: meta-analyses are left out, and so is a group that lies within a larger one of the same
    study. Where no response by the usual criteria is known but one of the lesions, that stands instead and says so.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    pandas.DataFrame
        As :func:`chart_rows`; label, study and group of patients; ``therapeutic_class`` is that of the group.
    """
    found = evidence.select(endpoint=["ORR", "EMD_ORR"], measure="proportion", headline=True,
                            population=["EMD", "EM-E", "EM-B"])
    found = found[~found.design.eq("meta_analysis").fillna(False)]
    found = found.sort_values("endpoint", key=lambda names: names.ne("ORR"), kind="stable").drop_duplicates("arm_id")
    size = dict(zip(found.arm_id, found.arm_n.fillna(0), strict=True))
    within = [any(arm.rpartition(".")[0] == row.study_id and size.get(arm, 0) > size[row.arm_id]
                  for arm in str(row.overlaps_with).split(";")) for row in found.itertuples()]
    found = found[[not inside for inside in within]].sort_index()
    table = chart_rows(evidence, found.outcome_id, label="{study}, {arm}")
    table["label"] = [label + (", lesions" if endpoint == "EMD_ORR" else "")
                      for label, endpoint in zip(table.label, table.endpoint, strict=True)]
    return table.assign(therapeutic_class=found.group_class.to_numpy())


def printed_cases(evidence: Evidence, cases: Sequence[tuple[str, str | int, int, str]]) -> dict:
    """Options for a widget on attainable counts: percentages as a source prints them, with a denominator.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    cases : sequence of (str, str or int, int, str)
        Row of ``outcomes`` with the percentage; whose ``n`` to set it against (a row of ``arms`` or ``outcomes``, or
        a number that the chapter supposes); digits printed after the point, which a number alone cannot tell; and
        words.

    Returns
    -------
    dict of str to (float, int, int)
        ``"35.5% of 32, as the review prints it"`` to ``(percent, n, decimals)``.
    """
    options = {}
    for row, base, decimals, words in cases:
        value = evidence.reading(evidence.outcome(row).name).quantity("value").value
        n = int(base if isinstance(base, int) else evidence.record(base)["n"])
        options[f"{percent(value, decimals)} of {n}, {words}"] = (value, n, decimals)
    return options


def values(evidence: Evidence, outcome_ids: Mapping[str, str]) -> dict[str, float]:
    """Options for a widget from single figures.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : mapping of str to str
        Words to a row of ``outcomes``.

    Returns
    -------
    dict of str to float
        Percentages 0 to 100, times in months.
    """
    return {words: evidence.reading(evidence.outcome(row).name).in_months().quantity("value").value
            for words, row in outcome_ids.items()}


def findings(evidence: Evidence, ids: Mapping[str, Mapping[str, Sequence]], *, nothing: str) -> dict:
    """A few words for each row of evidence: a count, a range or a value as the data hold it.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    ids : mapping of str to mapping of str to sequence
        Kind of evidence to therapy to rows of ``outcomes`` or facts; a pair ``(row, "n")`` gives the number of
        patients behind the row instead.
    nothing : str
        Words where no row is given.

    Returns
    -------
    dict of str to dict of str to str
    """
    def words(row) -> str:
        if isinstance(row, tuple):
            return plural(int(evidence.reading(row[0]).quantity(row[1]).value), "patient")
        return _few_words(evidence.reading(row))

    return {kind: {therapy: "\n".join(words(row) for row in rows) or nothing for therapy, rows in therapies.items()}
            for kind, therapies in ids.items()}


def _few_words(reading: Reading) -> str:
    if reading.events is not None:
        return count(reading.events, reading.n)
    unit = "%" if reading.unit == "percent" else ""
    if reading.value is None:
        return f"{number(reading.low)}–{number(reading.high)}{unit}"
    return number(reading.in_months().value, None if unit else 2) + unit
