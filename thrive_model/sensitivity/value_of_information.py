"""What it would be worth to know more before deciding: of everything, of one figure, of a group of them.

Options are worth something in each draw, the same draws for all. Who decides now takes the option that is best on
average; who knew everything would take the best of each draw, and the difference is the expected value of perfect
information. Who knew some figures alone would take the option that is best on average given those: that average is
estimated by regression on the same draws (Strong, Oakley and Brennan, 2014), on polynomials of normal scores.

Which polynomial is chosen by cross-validation over the blocks of draws: the plainest that foretells about as well as
the best. None is among the choices, so that a figure that tells nothing comes out as nothing. Standard errors are
jackknifed over the blocks, which are independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement

import numpy as np

from thrive_model.draws import BLOCK
from thrive_model.parameters import Floats

MOST_DEGREE = 4
MOST_DEGREE_OF_MANY = 3
DRAWS_A_TERM = 12
"""Draws there must be for each term of a polynomial, so that what it fits is not chance."""
FEWEST_BLOCKS = 8
NEARLY_NOTHING = 1e-9
"""Ridge that keeps a regression on terms of the same kind solvable, as a part of their own scale."""
Basis = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """An expected value of information and its standard error, in the unit of the payoffs."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class Option:
    """One option: what it is worth on average, the standard error of that, and in what share of draws it is best."""

    name: str
    mean: float
    standard_error: float
    best: float


@dataclass(frozen=True)
class Known:
    """What knowing some figures, by their keys, would be worth."""

    name: str
    keys: tuple[str, ...]
    estimate: Estimate


@dataclass(frozen=True)
class Decision:
    """Options and what knowing more is worth; `groups` and `parameters` by that, largest first."""

    options: tuple[Option, ...]
    everything: Estimate
    groups: tuple[Known, ...]
    parameters: tuple[Known, ...]
    draws: int

    @property
    def best(self) -> Option:
        """The option to take as things are known."""
        return max(self.options, key=lambda option: option.mean)


def decide(
    payoffs: Mapping[str, Floats], chances: Mapping[str, Floats], groups: Mapping[str, Sequence[str]]
) -> Decision:
    """Options by their payoffs in each draw, [D], and what knowing figures by their chances, [D], is worth.

    Draws are whole blocks, eight at the least.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is slow to import and only draws need it

    worth = np.stack(list(payoffs.values()))
    scores = {key: ndtri(np.clip(some, 1e-12, 1.0 - 1e-12)) for key, some in chances.items()}

    def known(name: str, keys: Sequence[str]) -> Known:
        return Known(name, tuple(keys), partial_information(worth, np.stack([scores[key] for key in keys])))

    return Decision(
        options=tuple(_options(payoffs, worth)),
        everything=perfect_information(worth),
        groups=_largest_first(known(name, keys) for name, keys in groups.items()),
        parameters=_largest_first(known(key, [key]) for key in chances),
        draws=worth.shape[1],
    )


def perfect_information(payoffs: Floats) -> Estimate:
    """What knowing everything is worth, of payoffs [O, D] in whole blocks."""
    best = int(payoffs.mean(axis=1).argmax())
    regret = _by_block(payoffs.max(axis=0) - payoffs[best])
    return Estimate(float(regret.mean()), _error_of_mean(regret.mean(axis=1)))


def partial_information(payoffs: Floats, scores: Floats) -> Estimate:
    """What knowing some figures is worth, by their normal scores [M, D], of payoffs [O, D] in whole blocks."""
    # Beside the best option, so that what all options have in common, which is most, is not fitted to each apart.
    gains = payoffs - payoffs[int(payoffs.mean(axis=1).argmax())]
    fits = [_Fit(form(scores), gains) for form in _forms(*scores.shape)]
    chosen = _plainest(np.stack([fit.errors for fit in fits]))
    full = np.stack([fits[form].full[option] for option, form in enumerate(chosen)])
    value = _gain(full)
    blocks = full.shape[1] // BLOCK
    without = np.array([_gain(_left(fits, chosen, block)) for block in range(blocks)])
    error = math.sqrt((blocks - 1) / blocks * float(((without - without.mean()) ** 2).sum()))
    return Estimate(max(value, 0.0), error)


class _Fit:
    """One form fitted to every option, with all blocks and without each in turn.

    `errors[B, O]` are squared, in the block that was left out. `full[O, D]` is the fit of all draws; `without(o, b)`
    that of all draws but those of a block.
    """

    def __init__(self, basis: Floats, gains: Floats) -> None:
        self._terms = basis.reshape(len(basis), -1, BLOCK).transpose(1, 0, 2)
        answers = gains.reshape(len(gains), -1, BLOCK).transpose(1, 0, 2)
        squares = self._terms @ self._terms.transpose(0, 2, 1)
        products = self._terms @ answers.transpose(0, 2, 1)
        ridge = NEARLY_NOTHING * gains.shape[1] * np.eye(len(basis))
        self._without = np.linalg.solve(squares.sum(axis=0) - squares + ridge, products.sum(axis=0) - products)
        whole = np.linalg.solve(squares.sum(axis=0) + ridge, products.sum(axis=0))
        self.full = np.ascontiguousarray(whole.T @ basis)
        foretold = self._without.transpose(0, 2, 1) @ self._terms
        self.errors = ((answers - foretold) ** 2).sum(axis=2)

    def without(self, option: int, block: int) -> Floats:
        """Fitted to all draws but those of a block, of those draws, [D - BLOCK]."""
        others = np.delete(self._terms, block, axis=0)
        return np.asarray((self._without[block, :, option] @ others).ravel())


def _plainest(errors: Floats) -> list[int]:
    """For each option the form of fewest terms that foretells no worse, by a standard error, than the best one.

    `errors[N, B, O]` are of forms, the plainest first. What gains less is the chance of these draws, and a polynomial
    that follows it strays furthest where few draws are and decisions turn.
    """
    best = errors.sum(axis=1).argmin(axis=0)
    worse = errors - np.take_along_axis(errors, best[None, None, :], axis=0)
    margin = worse.std(axis=1, ddof=1) * math.sqrt(errors.shape[1])
    return [int(form) for form in (worse.sum(axis=1) <= margin).argmax(axis=0)]


def _left(fits: Sequence[_Fit], chosen: Sequence[int], block: int) -> Floats:
    return np.stack([fits[form].without(option, block) for option, form in enumerate(chosen)])


def _gain(fitted: Floats) -> float:
    """What choosing by the fit, [O, D], brings over the option that is best on average."""
    return float(fitted.max(axis=0).mean() - fitted.mean(axis=1).max())


def _forms(figures: int, draws: int) -> Iterator[Basis]:
    """Polynomials of ever more terms: none; of each figure by itself; with products of two, where draws allow."""
    for degree in range((MOST_DEGREE if figures == 1 else MOST_DEGREE_OF_MANY) + 1):
        if degree <= 1 or degree * figures * DRAWS_A_TERM <= draws:
            yield partial(_apart, degree=degree)
    if figures > 1 and (figures + 2) * (figures + 1) // 2 * DRAWS_A_TERM <= draws:
        yield _in_pairs


def _apart(scores: Floats, degree: int) -> Floats:
    """1, and the Hermite polynomials of each figure up to a degree, each of size one, [P, D]."""
    powers = np.moveaxis(np.polynomial.hermite_e.hermevander(scores, degree), -1, 0)[1:]
    scaled = powers / np.sqrt([math.factorial(n) for n in range(1, degree + 1)])[:, None, None]
    return np.concatenate([np.ones((1, scores.shape[1])), *scaled])


def _in_pairs(scores: Floats) -> Floats:
    """1, each figure, and every product of two, [P, D]."""
    first, second = np.array(list(combinations_with_replacement(range(len(scores)), 2))).T
    products = scores[first] * scores[second] - (first == second)[:, None]
    return np.concatenate([np.ones((1, scores.shape[1])), scores, products])


def _options(payoffs: Mapping[str, Floats], worth: Floats) -> Iterator[Option]:
    best = worth.argmax(axis=0)
    for n, (name, one) in enumerate(payoffs.items()):
        error = _error_of_mean(_by_block(one).mean(axis=1))
        yield Option(name, float(one.mean()), error, float((best == n).mean()))


def _largest_first(found: Iterator[Known]) -> tuple[Known, ...]:
    return tuple(sorted(found, key=lambda one: -one.estimate.value))


def _by_block(values: Floats) -> Floats:
    return values.reshape(-1, BLOCK)


def _error_of_mean(blocks: Floats) -> float:
    """The standard error of the mean of independent blocks, from how their means scatter."""
    return float(blocks.std(ddof=1) / math.sqrt(len(blocks)))
