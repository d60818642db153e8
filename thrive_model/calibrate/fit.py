"""Maximum likelihood with weak priors: the multipliers under which what was published is least surprising.

The sum of squared deviance residuals, of the targets and of the priors, is twice the negative log-posterior but for a
constant, so that non-linear least squares finds its mode. All parameters are perturbed at once: one run of the
engine with two draws for each gives the gradient. The posterior about the mode is normal (Laplace), its spread widened
by as much as the targets scatter more than chance alone would have them; `check` holds it against the true one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from thrive_model import engine, ledger
from thrive_model.assemble import Assembled, assemble, without_programme
from thrive_model.calibrate.free import Parameter, as_effects, parameters_of
from thrive_model.calibrate.targets import Target, expected, residuals, targets_of
from thrive_model.errors import refuse
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved
from thrive_model.scenario.calibration import Calibration

STEP = 1e-3
SPREAD_OF_STARTS = 0.5
CLOSE_ENOUGH = 1e-8
MOST_STEPS = 40
Told = Callable[[int, int, float], None]
"""Told after each step: which start, how many runs so far, and the least misfit found."""


def say_nothing(_start: int, _runs: int, _misfit: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Fit:
    """The mode found, and how well it is known. `plain` is the run at the table's rates.

    `values[K]` are logarithms of multipliers, `covariance[K, K]` theirs, widened by `dispersion`. `before[N]` and
    `after[N]` are what the model expects for each target, with the table's rates and with the fitted ones. `misfits` is
    what each start came to: half the squared residuals of targets and priors. `finished` is False where it was stopped.
    """

    plain: Results
    parameters: tuple[Parameter, ...]
    targets: tuple[Target, ...]
    values: Floats
    covariance: Floats
    dispersion: float
    before: Floats
    after: Floats
    misfits: tuple[float, ...]
    finished: bool

    @property
    def assembled(self) -> Assembled:
        """What was fitted."""
        return self.plain.assembled

    @property
    def standard_errors(self) -> Floats:
        """Of the logarithms, [K]."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def identified(self) -> Floats:
        """How much of each prior's variance the targets took away, [K]: 0 where they say nothing of it."""
        spreads = np.array([one.spread for one in self.parameters])
        return np.asarray(1.0 - np.minimum(np.diag(self.covariance) / spreads**2, 1.0))

    @property
    def correlations(self) -> Floats:
        """Between the logarithms, [K, K]."""
        errors = self.standard_errors
        return np.asarray(self.covariance / np.outer(errors, errors))

    @property
    def residuals(self) -> Floats:
        """Deviance residuals at the mode, [N]."""
        return residuals(self.targets, self.after[:, None])[:, 0]


def calibrate(resolved: Resolved, starts: int = 3, told: Told = say_nothing, until: FinancialYear | None = None) -> Fit:
    """Fit doing nothing of a scenario; `InputError` where it is refused, or says nothing of a calibration.

    With `until` no figure of a later year is seen. An interrupt ends it with the best found so far.
    """
    chosen = resolved.scenario.calibration
    if chosen is None:
        what = "the scenario does not say what is free, nor what it is fitted to"
        raise refuse(resolved.place("calibration"), what, "add a block with years, outputs and free rates")
    alone = without_programme(resolved)
    inputs = read_tables(alone)
    problem = Problem.of(run_one(assemble(alone, inputs)), chosen)
    seen = [one for one in problem.targets if until is None or one.financial_year <= until]
    if not seen:
        where = resolved.place("calibration", "outputs")
        raise refuse(where, "observed.csv has no figure of these outputs in these years", "name others")
    problem.targets = tuple(seen)
    return fitted(problem, starts, told)


def posterior(fit: Fit, draws: int) -> Floats:
    """Draws of the parameters from the normal about the mode, [K, draws], the same for the same seed."""
    random = np.random.default_rng(fit.assembled.resolved.scenario.seed)
    return random.multivariate_normal(fit.values, fit.covariance, size=draws, method="cholesky").T


def effective_draws(fit: Fit, draws: int = 200) -> float:
    """How many independent draws of the true posterior so many of the normal one are worth: their weights' spread.

    Near `draws` the normal is the posterior; a small part of it means that intervals drawn from it mislead.
    """
    sample = posterior(fit, draws)
    problem = Problem(fit.plain, fit.parameters, fit.targets)
    found = problem.residuals(sample)
    count = len(fit.targets)
    log_true = -((found[:count] ** 2).sum(axis=0) / fit.dispersion + (found[count:] ** 2).sum(axis=0)) / 2.0
    away = sample - fit.values[:, None]
    log_normal = -(away * np.linalg.solve(fit.covariance, away)).sum(axis=0) / 2.0
    logs = log_true - log_normal
    weights = np.exp(logs - logs.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


class Problem:
    """The residuals of targets and priors as a function of the parameters, many candidates at once."""

    def __init__(self, plain: Results, parameters: tuple[Parameter, ...], targets: tuple[Target, ...]) -> None:
        self.plain, self.parameters, self.targets = plain, parameters, targets
        self.spreads = np.array([one.spread for one in parameters])
        self.runs = 0

    @classmethod
    def of(cls, plain: Results, chosen: Calibration) -> Problem:
        """The problem a scenario states."""
        assembled = plain.assembled
        return cls(plain, parameters_of(chosen.free, assembled), targets_of(assembled.inputs, chosen))

    def expected(self, values: Floats) -> Floats:
        """What the model has for each target at `values[K, D]`, [N, D], in one run of the engine."""
        base = self.plain.assembled
        effects = (*base.parameters.effects, *as_effects(self.parameters, values))
        parameters = replace(base.parameters, effects=effects)
        self.runs += 1
        results = replace(self.plain, trajectory=engine.run(parameters))
        if any(one.spread is not None for one in self.targets):
            results = with_ledger(results)
        return expected(results, self.targets)

    def residuals(self, values: Floats) -> Floats:
        """Of the targets and then of the priors, [N + K, D]."""
        of_targets = residuals(self.targets, self.expected(values))
        return np.concatenate([of_targets, values / self.spreads[:, None]])

    def with_gradient(self, values: Floats) -> tuple[Floats, Floats]:
        """Residuals at `values[K]`, and their derivatives, [N + K, K], by central differences."""
        steps = STEP * np.eye(len(values))
        found = self.residuals(np.column_stack([values, values[:, None] + steps, values[:, None] - steps]))
        count = len(values)
        return found[:, 0], np.asarray((found[:, 1 : count + 1] - found[:, count + 1 :]) / (2.0 * STEP))


def with_ledger(results: Results) -> Results:
    """The same with what its trajectory costs."""
    built = results.assembled
    amounts = ledger.charge(results.trajectory, built.costs)
    book, account = ledger.settle(amounts, built.costs, built.base_budget, built.fund, built.year_of_month)
    return replace(results, ledger=book, account=account)


class _Search:
    """Remembers the best of all it was asked, so that an interrupt loses nothing."""

    def __init__(self, problem: Problem, told: Told) -> None:
        self.problem, self.told = problem, told
        self.best, self.least, self.start = np.zeros(len(problem.parameters)), np.inf, 0
        self._last: tuple[Floats, Floats, Floats] | None = None

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Residuals and derivatives, computed once for each point."""
        if self._last is None or not np.array_equal(self._last[0], values):
            found, gradient = self.problem.with_gradient(values)
            self._last = values.copy(), found, gradient
            misfit = float(found @ found) / 2.0
            if misfit < self.least:
                self.best, self.least = values.copy(), misfit
            self.told(self.start, self.problem.runs, self.least)
        return self._last[1], self._last[2]

    def run(self, first: Floats) -> float:
        """The least misfit reached from one start."""
        from scipy.optimize import least_squares  # noqa: PLC0415 - scipy is slow to import and only fitting needs it

        def of(values: Floats) -> Floats:
            return self.at(values)[0]

        def gradient(values: Floats) -> Floats:
            return self.at(values)[1]

        found = least_squares(
            of,
            first,
            jac=gradient,
            x_scale=self.problem.spreads,
            xtol=CLOSE_ENOUGH,
            ftol=CLOSE_ENOUGH,
            max_nfev=MOST_STEPS,
        )
        return float(found.cost)


def fitted(problem: Problem, starts: int, told: Told = say_nothing) -> Fit:
    """The best of several starts: the table's rates, then draws from the priors. An interrupt ends it with that."""
    search, misfits, finished = _Search(problem, told), [], True
    random = np.random.default_rng(problem.plain.assembled.resolved.scenario.seed)
    try:
        for start in range(starts):
            search.start = start
            first = random.normal(0.0, SPREAD_OF_STARTS * problem.spreads) if start else np.zeros(len(problem.spreads))
            misfits.append(search.run(first))
    except KeyboardInterrupt:
        finished = False
    return _told(problem, search.best, tuple(misfits), finished)


def _told(problem: Problem, values: Floats, misfits: tuple[float, ...], finished: bool) -> Fit:
    found, gradient = problem.with_gradient(values)
    count = len(problem.targets)
    information, prior = gradient[:count].T @ gradient[:count], np.diag(1.0 / problem.spreads**2)
    used = float(np.trace(information @ np.linalg.inv(information + prior)))
    free = max(count - used, 1.0)
    dispersion = max(float(found[:count] @ found[:count]) / free, 1.0)
    both = problem.expected(np.column_stack([np.zeros_like(values), values]))
    covariance = np.asarray(np.linalg.inv(information / dispersion + prior), dtype=float)
    return Fit(
        problem.plain,
        problem.parameters,
        problem.targets,
        values,
        covariance,
        dispersion,
        before=both[:, 0],
        after=both[:, 1],
        misfits=misfits,
        finished=finished,
    )
