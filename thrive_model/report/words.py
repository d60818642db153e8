"""How figures and lines are written for people: rounding happens here and nowhere else."""

from __future__ import annotations

import textwrap

WIDTH = 100
_MILLION = 1e6


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
    """A count to the whole, a percentage or rate to one decimal; '' where there is none."""
    if value is None:
        return ""
    if unit == "pounds":
        return millions(value)
    return f"{value:,.1f}" if unit.startswith("per ") else f"{value:,.0f}"


def percent(share: float) -> str:
    """A fraction as a percentage: whole, or to one decimal below ten."""
    tenths = round(share * 1000.0) / 1000.0 + 0.0
    return f"{tenths:.1%}" if abs(tenths) < 0.1 else f"{share:.0%}"


def hanging(lead: str, text: str) -> str:
    """A text after its lead, in lines that fit the width and begin below where the text began."""
    below = " " * len(lead)
    lines = textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=below, break_on_hyphens=False)
    return "\n".join(lines) or lead.rstrip()
