"""One JSON object for machines; its keys are part of the interface (docs/json.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from thrive_model import fund
from thrive_model.assumptions import Reliance
from thrive_model.headlines import NOMINAL
from thrive_model.outputs import all_outputs
from thrive_model.provenance import identity
from thrive_model.run import Comparison

PRICE_BASIS = NOMINAL


def as_object(comparison: Comparison, reliance: Reliance) -> dict[str, Any]:
    """The run as plain data: pounds unrounded, a row a financial year of the fund and a row an output and year."""
    resolved = comparison.scenario.assembled.resolved
    return {
        **identity(resolved),
        "seed": resolved.scenario.seed,
        "price_basis": PRICE_BASIS,
        "fund": fund_rows(comparison),
        "outputs": output_rows(comparison),
        "assumptions": asdict(reliance),
    }


def fund_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """The fund account, a row a financial year; empty where the scenario has no fund."""
    return [
        {
            "financial_year": row.financial_year,
            "opening": row.opening,
            "planned": row.planned,
            "drawdown": row.drawdown,
            **row.uses,
            "closing": row.closing,
            "unfunded": row.unfunded,
            "actual": row.actual,
        }
        for row in fund.account(comparison.scenario)
    ]


def output_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """Every output, a row an output and financial year; `observed` is None where nothing is published."""
    scenario, nothing = comparison.scenario, comparison.do_nothing
    rows = []
    for name, output in all_outputs().items():
        with_programme, without = output.measure(scenario), output.measure(nothing)
        rows += [
            {
                "output": name,
                "unit": output.unit,
                "financial_year": str(year),
                "do_nothing": float(without[y, 0]),
                "scenario": float(with_programme[y, 0]),
                "observed": scenario.observed.get((name, year)),
            }
            for y, year in enumerate(scenario.years)
        ]
    return rows
