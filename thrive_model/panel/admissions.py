"""What admissions to care to expect of a council: the nation's per child looked after, its own, and its population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.panel.ages import BAND_OF_AGE
from thrive_model.panel.choices import CARE, CareChoices
from thrive_model.panel.cohort import Cohort
from thrive_model.panel.councils import LookedAfter
from thrive_model.panel.national import History, usual
from thrive_model.parameters import Floats


@dataclass(frozen=True)
class CareStanding:
    """Where councils stand at the end of a year, [C] each; NaN where a council's stock is not published.

    `size`: children looked after. `level`: the nation's admissions a year for one of them. `own`: how far the council's
    last admissions for one of them were above the nation's, as a share. `room`: how far it has more residents under
    18 for one of them than the nation, as a share.
    """

    cohort: Cohort
    size: Floats
    level: float
    own: Floats
    room: Floats
    least_level: float

    def admissions(self, weights: Floats, years: int) -> Floats:
        """[C, H]: size · level · max(least, 1 + w_own · fade^(h − 1) · own + w_room · room), of three weights."""
        to_own, to_room, fade = weights
        ahead = np.arange(years)
        expected = 1.0 + to_own * fade**ahead * self.own[:, None] + to_room * self.room[:, None]
        return np.asarray(self.size[:, None] * self.level * np.maximum(expected, self.least_level))


def standings(care: LookedAfter, past: History, choices: CareChoices = CARE) -> tuple[CareStanding, ...]:
    """Where councils stood at the end of every year but the first, each from the years up to it alone."""
    return tuple(_standing(care, past, year, choices) for year in range(1, care.total.shape[1]))


def _standing(care: LookedAfter, past: History, year: int, choices: CareChoices) -> CareStanding:
    known, before = past.known[:, 1 : year + 1], care.total[:, :year]
    admitted, stock = np.where(known, past.admitted[:, 1 : year + 1], 0.0), np.where(known, before, 0.0)
    nation = admitted.sum(axis=0) / stock.sum(axis=0)
    now = past.known[:, year]
    size, residents = care.total[:, year], care.residents[:, year]
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(now, admitted[:, -1] / before[:, -1] / nation[-1] - 1.0, 0.0)
        room = residents / size / (residents[now].sum() / size[now].sum()) - 1.0
    cohort = Cohort(
        opening=past.children[:, year],
        share=_ages_at_entry(care.started[:, 1 : year + 1], choices),
        hazard=usual(past.hazard[1 : year + 1], choices.memory),
        within=past.within,
        band_of_age=BAND_OF_AGE,
        grows_up=True,
    )
    return CareStanding(cohort, size, float(usual(nation, choices.memory)), own, room, choices.least_level)


def _ages_at_entry(started: Floats, choices: CareChoices) -> Floats:
    """[C, B]: a council's own past admissions by age group with so many of the nation's added, as shares."""
    ago = np.arange(started.shape[1])[::-1]
    own = (np.nan_to_num(started) * (choices.memory_of_ages**ago)[:, None]).sum(axis=1)
    nation = own.sum(axis=0) / own.sum()
    own = own + choices.nation_children * nation
    return np.asarray(own / own.sum(axis=1, keepdims=True))
