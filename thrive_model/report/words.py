"""How figures and lines are written for people: rounding happens here and nowhere else."""

from __future__ import annotations

import math
import re
import textwrap

WIDTH = 100
_MILLION = 1e6
THOUSAND = 1e3
ROUNDED = "Figures are rounded one by one, so that sums may be out by one in the last digit."
_FIGURES_SHOWN = 3
_HYPHENATED = re.compile(r"\b(re|in|semi|long) (referral|entry|house|independent|term)\b")


def plain(name: str) -> str:
    """The name of a row of a table as people write it: in_house_fostering is In-house fostering."""
    words = _HYPHENATED.sub(r"\1-\2", name.replace("_", " ")).replace("gdp", "GDP")
    return words[:1].upper() + words[1:]


def millions(pounds: float, decimals: int = 1) -> str:
    """Pounds in millions, a negative in brackets."""
    text = f"{abs(pounds) / _MILLION:,.{decimals}f}"
    return f"({text})" if pounds < 0 and text.strip("0.") else text


def pounds(amount: float) -> str:
    """Pounds as a council writes them in a sentence: £1.2m, £345,000."""
    whole = round(amount)
    sign = "-" if whole < 0 else ""
    if abs(whole) >= _MILLION:
        return f"{sign}£{abs(amount) / _MILLION:,.1f}m"
    return f"{sign}£{abs(whole):,.0f}"


def to_the_pound(amount: float) -> str:
    """Pounds to the whole, a negative in brackets."""
    text = f"{abs(amount):,.0f}"
    return f"({text})" if amount < 0 and text != "0" else text


def figure(value: float | None, unit: str) -> str:
    """A count to the whole, a percentage or rate to one decimal, pounds for each as £1,234; '' where there is none."""
    if value is None:
        return ""
    if unit == "pounds":
        return millions(value)
    if unit.startswith("pounds "):
        return f"£{value:,.0f}"
    return f"{value:,.1f}" if unit.startswith("per ") else f"{value:,.0f}"


def decimals_for(most: float) -> int:
    """Decimals that show the largest of some figures to three digits or more; three decimals at the most."""
    before_the_point = math.floor(math.log10(most)) + 1 if most > 0 else _FIGURES_SHOWN
    return min(max(_FIGURES_SHOWN - before_the_point, 0), _FIGURES_SHOWN)


def change(value: float, unit: str, decimals: int) -> str:
    """A change to so many decimals: pounds in thousands, a fall in brackets; anything else with its sign.

    What rounds to nothing has neither brackets nor sign.
    """
    if unit != "pounds":
        return f"{round(value, decimals) + 0.0:,.{decimals}f}"
    rounded = round(value / THOUSAND, decimals) + 0.0
    text = f"{abs(rounded):,.{decimals}f}"
    return f"({text})" if rounded < 0 else text


def signed(value: float | None, unit: str, decimals: int) -> str:
    """A difference with its sign, pounds in millions; 0 for what rounds to nothing, '' where there is none."""
    if value is None:
        return ""
    rounded = round(value / _MILLION if unit == "pounds" else value, decimals)
    return f"{rounded:+,.{decimals}f}" if rounded else "0"


def percent(share: float) -> str:
    """A fraction as a percentage: whole, or to one decimal below ten."""
    tenths = round(share * 1000.0) / 1000.0 + 0.0
    return f"{tenths:.1%}" if abs(tenths) < 0.1 else f"{share:.0%}"


def hanging(lead: str, text: str) -> str:
    """A text after its lead, in lines that fit the width and begin below where the text began."""
    below = " " * len(lead)
    lines = textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=below, break_on_hyphens=False)
    return "\n".join(lines) or lead.rstrip()
