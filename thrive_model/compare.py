"""Runs side by side: whether they may be compared, every headline of each, and its difference from the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thrive_model.differences import Differences, Stated, differences, stated
from thrive_model.errors import InputError, Problem
from thrive_model.headlines import MEASURES, WHOLE_RUN, Headline, headlines, price_bases
from thrive_model.provenance import run_id, standing
from thrive_model.run import run
from thrive_model.scenario import Resolved, Scenario


@dataclass(frozen=True)
class Candidate:
    """A run to compare, as it was named: a scenario that is yet to run, or one that was run before and kept.

    `first_year`, `last_year`, `price_bases`, `status` and `run_id` are what its figures are of, which for a run that
    was kept is as it was then; `figures` gives them.
    """

    given: str
    kept: bool
    first_year: str
    last_year: str
    price_bases: tuple[str, ...]
    overrides: tuple[str, ...]
    status: str
    run_id: str
    stated: Stated
    figures: Callable[[], Sequence[Headline]]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.stated.resolved.name


@dataclass(frozen=True)
class Side:
    """One figure of one candidate, and its difference from the first candidate's; None where either has none."""

    measure: str
    title: str
    unit: str
    price_basis: str
    financial_year: str
    candidate: str
    value: float | None
    difference_from_first: float | None


@dataclass(frozen=True)
class SideBySide:
    """Candidates by what each is called, what differs in the inputs of each from the first, and every figure."""

    candidates: Mapping[str, Candidate]
    inputs: Mapping[str, Differences]
    figures: tuple[Side, ...]


def candidate_of(resolved: Resolved, given: str) -> Candidate:
    """A scenario to run."""
    scenario = resolved.scenario
    return Candidate(
        given,
        kept=False,
        first_year=str(scenario.first_year),
        last_year=str(scenario.last_year),
        price_bases=price_bases(scenario),
        overrides=resolved.overrides,
        status=standing(resolved).status,
        run_id=run_id(resolved),
        stated=stated(resolved),
        figures=lambda: headlines(run(resolved)),
    )


def compare(candidates: Sequence[Candidate]) -> SideBySide:
    """Two or more runs side by side; `InputError` where they are of different things, or one is refused."""
    problems = list(faults(candidates))
    if problems:
        raise InputError(problems)
    found: list[Sequence[Headline]] = []
    for candidate in candidates:
        try:
            found.append(candidate.figures())
        except InputError as refused:
            problems.extend(refused.problems)
    if problems:
        raise InputError(problems)
    called = dict(zip(_labels(candidates), candidates, strict=True))
    first, *others = called
    inputs = {label: differences(called[first].stated, called[label].stated) for label in others}
    return SideBySide(called, inputs, tuple(_sides(dict(zip(called, found, strict=True)))))


def faults(candidates: Sequence[Candidate]) -> Iterator[Problem]:
    """What keeps each candidate from being compared with the first, and what to do about it."""
    all_to_run = not any(one.kept for one in candidates)
    for one in candidates[1:]:
        for what, remedy in _unlike(candidates[0], one):
            again = f"add {remedy}, which then holds for every scenario compared"
            if not all_to_run:
                again = f"run it again with {remedy} --out FOLDER, and name that folder"
            yield Problem(one.given, what, again if remedy.startswith("--set") else remedy)


def _unlike(first: Candidate, one: Candidate) -> Iterator[tuple[str, str]]:
    """Each term on which two candidates differ, and the settings that give the second the first's, or other advice."""
    mine, other = first.stated.resolved.scenario, one.stated.resolved.scenario
    if one.first_year != first.first_year:
        yield f"begins in {one.first_year}, and {first.given} in {first.first_year}", f"--set start={mine.start}"
    if one.last_year != first.last_year:
        what = f"ends with {one.last_year}, and {first.given} with {first.last_year}"
        yield what, f"--set last_year={first.last_year}"
    if one.price_bases != first.price_bases:
        bases, others = (", ".join(candidate.price_bases) or "none" for candidate in (one, first))
        what = f"has its pounds on another price base ({bases}) than {first.given} ({others})"
        yield what, _one_price_base(mine)
    if other.authority != mine.authority:
        what = f"is about {other.authority}, and {first.given} about {mine.authority}"
        yield what, "compare scenarios of one authority"
    reading, another = (f"{choice.reading}, above {choice.base_year}" for choice in (other.pressure, mine.pressure))
    if reading != another:
        settings = f"--set pressure.reading={mine.pressure.reading} --set pressure.base_year={mine.pressure.base_year}"
        yield f"reads the pressure as {reading}, and {first.given} as {another}", settings


def _one_price_base(mine: Scenario) -> str:
    """The settings that give another run the price bases of the first."""
    chosen = mine.appraisal
    if chosen is None:
        return "give both the same appraisal block, or neither"
    terms = {"price_base": chosen.price_base or mine.first_year, "deflator": chosen.deflator, "vintage": chosen.vintage}
    return " ".join(f"--set appraisal.{key}={value}" for key, value in terms.items())


def _labels(candidates: Sequence[Candidate]) -> list[str]:
    """What each is called: its scenario's name; of several of one name, with its file or folder, or numbered."""
    names = Counter(one.name for one in candidates)
    ends = Counter(Path(one.given).name for one in candidates)
    labels: list[str] = []
    for one in candidates:
        end = Path(one.given).name
        plain = f"{one.name} ({end if ends[end] == 1 else one.given})"
        if names[one.name] == 1 or one.given == one.name:
            plain = one.name
        numbered = (plain, *(f"{plain} ({n})" for n in range(2, len(candidates) + 1)))
        labels.append(next(label for label in numbered if label not in labels))
    return labels


def _sides(found: Mapping[str, Sequence[Headline]]) -> Iterator[Side]:
    """Every measure and year that any has, the candidates of each together."""
    by_key = {label: {(row.measure, row.financial_year): row for row in rows} for label, rows in found.items()}
    every = {key: row for rows in by_key.values() for key, row in rows.items()}
    first = next(iter(by_key.values()))
    for key, row in sorted(every.items(), key=_in_order):
        was = first[key].value if key in first else None
        for label, rows in by_key.items():
            value = rows[key].value if key in rows else None
            change = None if value is None or was is None else value - was
            yield Side(row.measure, row.title, row.unit, row.price_basis, row.financial_year, label, value, change)


def _in_order(item: tuple[tuple[str, str], Headline]) -> tuple[int, bool, str]:
    """By measure; the years first, then the whole run."""
    (measure, year), _ = item
    return MEASURES.index(measure), year == WHOLE_RUN, year
