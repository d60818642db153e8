"""One figure of a scenario, and each way of asking what matters for it, on the same study and seed."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved
from thrive_model.sensitivity.factors import Factor, chances_at, factors_of
from thrive_model.sensitivity.morris import Screened, morris
from thrive_model.sensitivity.question import Question, Watch, figure_named, study_of, worth, year_of
from thrive_model.sensitivity.sobol import Indices, sobol
from thrive_model.sensitivity.tornado import Tornado, tornado
from thrive_model.uncertainty.figures import Figure
from thrive_model.uncertainty.study import Study
from thrive_model.values.distributions import standard_normal

OTHERS = "all_others"
"""The key of those inputs to which no share of their own is given, taken together."""
NOTHING = 0.0


@dataclass(frozen=True)
class Asked:
    """A figure of a study. `decided` is the figure on which a decision hangs and `threshold` where it turns."""

    study: Study
    figure: Figure
    decided: Figure | None
    threshold: float | None
    watch: Watch = nullcontext

    @cached_property
    def year(self) -> FinancialYear:
        """The year of the figure."""
        return year_of(self.study, self.figure)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """All that is varied."""
        return factors_of(self.study.parameters, self.year)

    @cached_property
    def swings(self) -> Tornado:
        """Every factor by itself."""
        figures = (self.figure,) if self.decided is None else (self.figure, self.decided)
        # Of what is of the whole run, a series shows its figure of the pressure's year.
        shown = self.year if str(self.year) == self.figure.when else self.study.resolved.scenario.pressure.year
        return tornado(Question(self.study, figures, self.watch), self.factors, shown, self.threshold)

    def screened(self, trajectories: int) -> Screened:
        """Elementary effects of every factor."""
        question = Question(self.study, (self.figure,), self.watch)

        def evaluate(chances: Floats) -> Floats:
            figures = question(chances_at(self.factors, standard_normal(chances)))
            return np.asarray(figures[0])

        return morris(evaluate, len(self.factors), trajectories, self._rng())

    def shared_out(self, points: int, top: int) -> tuple[list[str], Indices]:
        """Keys and indices of those factors that have the largest swings, and of all others as one set.

        Inputs are drawn apart, and the steps of a drift are one set.
        """
        rows = {factor.key: factor.rows for factor in self.factors}
        keys = [bar.key for bar in self.swings.bars[:top]]
        others = [row for bar in self.swings.bars[top:] for row in rows[bar.key]]
        sets = [*(rows[key] for key in keys), *([others] if others else [])]
        question = Question(self.study, (self.figure,), self.watch)
        found = sobol(lambda chances: np.asarray(question(chances)[0]), sets, points, self._rng())
        return [*keys, *([OTHERS] if others else [])], found

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng(self.study.resolved.scenario.seed)


def ask(
    resolved: Resolved,
    output: str,
    *,
    year: str = "",
    run: str = "",
    threshold: float | None = None,
    watch: Watch = nullcontext,
) -> Asked:
    """A question about a scenario's figure; `InputError` where the scenario is refused or there is no such figure.

    The decision hangs on the net present social value and turns where that is nothing; with a threshold, it hangs on
    the figure itself.
    """
    study = study_of(resolved)
    figure = figure_named(study, output, year, run)
    decided = figure if threshold is not None else worth(study)
    turns_at = threshold if threshold is not None or decided is None else NOTHING
    return Asked(study, figure, decided, turns_at, watch)
