"""Why spending moves from one financial year of a scenario to another, line by line.

Each line's change is split into price, volume, mix and what two of them do jointly (`price_volume`); a price changes
by inflation and by what an intervention or a shock does to a unit cost. The programme's own cost is a fixed sum, whose
change is its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from thrive_model.periods import FinancialYear
from thrive_model.price_volume import decompose
from thrive_model.results import Results
from thrive_model.savings import spent_by_line

PROGRAMME = "programme"


@dataclass(frozen=True)
class LineChange:
    """One line from one year to another, nominal pounds: `price`, `volume`, `mix`, `joint` and `fixed` sum to it."""

    line: str
    was: float
    now: float
    price: float
    volume: float
    mix: float
    joint: float
    fixed: float

    @property
    def change(self) -> float:
        """By how much more is spent."""
        return self.now - self.was


def changes(results: Results, first: FinancialYear, second: FinancialYear, draw: int = 0) -> list[LineChange]:
    """Every cost line, and last what the programme costs; together all that is spent in the two years."""
    y0, y1 = (results.years.index(year) for year in (first, second))
    table = results.assembled.inputs.cost_lines
    spent, units = spent_by_line(results)[..., draw], results.units_charged[: len(table), :, draw]
    parts = decompose(spent[:, y0], spent[:, y1], units[:, y0], units[:, y1], [row.mix_group for row in table])
    rows = []
    for i, row in enumerate(table):
        price, volume, mix, joint = (float(part[i]) for part in (parts.price, parts.volume, parts.mix, parts.joint))
        rows.append(LineChange(row.line, float(spent[i, y0]), float(spent[i, y1]), price, volume, mix, joint, 0.0))
    rest = results.spent()[:, draw] - spent.sum(axis=0)
    was, now = float(rest[y0]), float(rest[y1])
    return [*rows, LineChange(PROGRAMME, was, now, 0.0, 0.0, 0.0, 0.0, now - was)]
