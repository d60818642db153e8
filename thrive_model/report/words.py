"""How figures are written for people: rounding happens here and nowhere else."""

from __future__ import annotations

_MILLION = 1e6


def millions(pounds: float) -> str:
    """Pounds in millions to one decimal, a negative in brackets."""
    text = f"{abs(pounds) / _MILLION:,.1f}"
    return f"({text})" if pounds < 0 and text != "0.0" else text


def pounds(amount: float) -> str:
    """Pounds as a council writes them in a sentence: £9.7m, £912,000."""
    sign = "-" if amount < 0 else ""
    if abs(amount) >= _MILLION:
        return f"{sign}£{abs(amount) / _MILLION:,.1f}m"
    return f"{sign}£{abs(amount):,.0f}"


def figure(value: float | None, unit: str) -> str:
    """A count to the whole, a percentage or rate to one decimal; '' where there is none."""
    if value is None:
        return ""
    if unit == "pounds":
        return millions(value)
    return f"{value:,.1f}" if unit.startswith("per ") else f"{value:,.0f}"


def percent(share: float) -> str:
    """A fraction as a percentage: whole, or to one decimal below ten."""
    return f"{share:.1%}" if abs(share) < 0.1 else f"{share:.0%}"
