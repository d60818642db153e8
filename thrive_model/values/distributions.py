"""How sure a figure is: the distributions it may be drawn from, each about the figure as the scenario states it.

`quantiles(u, figure)` turns chances into figures, `support(figure)` says between which two they lie. The normal and the
lognormal are cut off at four standard deviations, beyond which 6 in 100,000 would lie, so that every distribution has
ends that can be held against what a setting may be.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from thrive_model.values.choice import Choice, Figure

Floats = NDArray[np.float64]
CUT_OFF = 4.0


def _whole(figure: float) -> str:
    """A figure with all its digits, so that no two are told alike."""
    return repr(figure).removesuffix(".0")


class Distribution(Choice):
    """What a figure may be. A subclass names its `kind`, where its draws lie, and how a chance becomes one."""

    of_series: ClassVar[bool] = False
    """Whether one draw moves every figure of a series alike."""

    @property
    def told(self) -> str:
        """Its kind and its settings, in words and figures."""
        terms = self.model_dump()
        kind = str(terms.pop("kind"))
        return ", ".join([kind, *(f"{name.replace('_', ' ')} {_whole(figure)}" for name, figure in terms.items())])

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """The figure at each chance, between 0 and 1."""
        raise TypeError(f"{type(self).__name__} must say how a chance becomes a figure")

    def support(self, figure: float) -> tuple[float, float]:
        """The least and the most it may be."""
        raise TypeError(f"{type(self).__name__} must say where its figures lie")

    def fault(self, figure: float) -> str:
        """What keeps it from being a distribution about the figure; '' where nothing does."""
        least, most = self.support(figure)
        if not least < most:
            return "has no width: its least must be below its most"
        return "" if least <= figure <= most else f"leaves out the figure itself, {figure:g}"


class _Between(Distribution):
    least: Figure
    """The least it may be."""
    most: Figure
    """The most it may be."""

    def support(self, figure: float) -> tuple[float, float]:
        """From the least to the most."""
        return self.least, self.most


class Uniform(_Between):
    """Anything between two figures, one as likely as the other."""

    kind: Literal["uniform"]
    """`uniform`."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """Evenly from the least to the most."""
        return self.least + (self.most - self.least) * chances


class Triangular(_Between):
    """Likeliest at the figure, less and less so towards a least and a most."""

    kind: Literal["triangular"]
    """`triangular`."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """The inverse of two parabolas that meet at the figure."""
        width, below, above = self.most - self.least, figure - self.least, self.most - figure
        rising = self.least + np.sqrt(chances * width * below)
        falling = self.most - np.sqrt((1.0 - chances) * width * above)
        return np.where(chances < below / width, rising, falling)


class Pert(_Between):
    """Likeliest at the figure, with thinner ends than a triangle: the beta of three-point estimates."""

    kind: Literal["pert"]
    """`pert`."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """A beta whose mean is (least + 4 * figure + most) / 6."""
        from scipy.special import betaincinv  # noqa: PLC0415 - scipy is slow to import and only draws need it

        width = self.most - self.least
        first, second = 1.0 + 4.0 * (figure - self.least) / width, 1.0 + 4.0 * (self.most - figure) / width
        return np.asarray(self.least + width * betaincinv(first, second, chances))


class Normal(Distribution):
    """As far above the figure as below it; of a series, all figures are moved by as much."""

    of_series: ClassVar[bool] = True
    kind: Literal["normal"]
    """`normal`."""
    standard_deviation: Annotated[float, Field(gt=0)]
    """In the unit of the figure."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """So many standard deviations from the figure."""
        return figure + self.standard_deviation * standard_normal(chances)

    def support(self, figure: float) -> tuple[float, float]:
        """Four standard deviations to either side."""
        return figure - CUT_OFF * self.standard_deviation, figure + CUT_OFF * self.standard_deviation


class Lognormal(Distribution):
    """As many times the figure as a part of it: its median is the figure; of a series, all figures are multiplied."""

    of_series: ClassVar[bool] = True
    kind: Literal["lognormal"]
    """`lognormal`."""
    spread: Annotated[float, Field(gt=0, le=3)]
    """Standard deviation of its logarithm: 0.2 is about a fifth. Of a ratio published with a 95% interval it is the
    logarithm of upper over lower end, divided by 3.92."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """The figure times e to so many spreads."""
        return figure * np.exp(self.spread * standard_normal(chances))

    def support(self, figure: float) -> tuple[float, float]:
        """Four spreads to either side."""
        ends = (figure * float(np.exp(-CUT_OFF * self.spread)), figure * float(np.exp(CUT_OFF * self.spread)))
        return min(ends), max(ends)

    def fault(self, figure: float) -> str:
        """Nothing can be multiplied into something else."""
        return "multiplies 0, which stays 0" if figure == 0 else ""


class Beta(Distribution):
    """A share, whose mean is the figure: never below 0 or above 1."""

    kind: Literal["beta"]
    """`beta`."""
    standard_deviation: Annotated[float, Field(gt=0, lt=0.5)]
    """In the unit of the figure."""

    def quantiles(self, chances: Floats, figure: float) -> Floats:
        """A beta of that mean and standard deviation."""
        from scipy.special import betaincinv  # noqa: PLC0415 - scipy is slow to import and only draws need it

        sample = figure * (1.0 - figure) / self.standard_deviation**2 - 1.0
        return np.asarray(betaincinv(figure * sample, (1.0 - figure) * sample, chances))

    def support(self, figure: float) -> tuple[float, float]:
        """From none to all."""
        return 0.0, 1.0

    def fault(self, figure: float) -> str:
        """A mean that no share has, or one that cannot be spread so far."""
        if not 0.0 < figure < 1.0:
            return f"needs a figure above 0 and below 1, not {figure:g}"
        most = float(np.sqrt(figure * (1.0 - figure)))
        return (
            ""
            if self.standard_deviation < most
            else f"is too wide: a share of {figure:g} varies by less than {most:.2g}"
        )


def standard_normal(chances: Floats) -> Floats:
    """Standard deviations from the mean of a normal cut off at four, at each chance."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - scipy is slow to import and only draws need it

    below = float(ndtr(-CUT_OFF))
    return np.asarray(ndtri(below + chances * (1.0 - 2.0 * below)))


if TYPE_CHECKING:
    AnyDistribution = Distribution
else:  # every kind declared above, told apart by `kind`: a new class is all that a new kind takes
    KINDS = [kind for kind in (*Distribution.__subclasses__(), *_Between.__subclasses__()) if kind is not _Between]
    AnyDistribution = Annotated[functools.reduce(operator.or_, KINDS), Field(discriminator="kind")]
