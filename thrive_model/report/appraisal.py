"""The appraisal for people and for machines: every amount says that it is real, and discounted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.appraisal import Appraised, Switching, Worth
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told, table_of
from thrive_model.report.words import hanging, millions, plain
from thrive_model.scenario import Resolved

DENOMINATOR = (
    "the present value of all that the programme costs, whoever pays: the council, its fund, and partners; what is "
    "saved is in the numerator alone"
)
HOW_SWITCHING = (
    "Each by itself, all else as stated. Effects are times the share of children whose outcome is changed, up to all "
    "of them. Growth is changed in doing nothing too."
)
_OPTIONS = {"do_nothing": "Do nothing", "do_minimum": "Do minimum", "programme": "The programme"}
_PARAMETERS = {
    "effects": "Effects, all of them",
    "programme_cost": "What the programme costs",
    "unit_costs_of_demand": "All the council's unit costs",
    "unit_costs_by_the_week": "A week of placement or casework costs",
    "unit_costs_of_other_agencies": "What children cost other agencies",
    "demand_growth": "Growth in demand, a year",
    "discount_rate": "Discount rate (rate of return)",
}


def as_object(resolved: Resolved, found: Appraised) -> dict[str, Any]:
    """The appraisal as plain data, unrounded; its keys are part of the interface (docs/json.md)."""
    terms = found.terms
    return {
        **identity(resolved),
        "price_basis": f"real, prices of {terms.price_base}, discounted",
        "price_base": str(terms.price_base),
        "year_0": found.years[0].financial_year,
        "vintage": terms.rates.name,
        "sensitivity_vintage": terms.sensitivity.name if terms.sensitivity else None,
        "benefit_cost_ratio_denominator": DENOMINATOR,
        "worth": _worth(found.worth),
        "sensitivity": _worth(found.sensitivity) if found.sensitivity else None,
        "corrected_for_optimism": _worth(found.corrected),
        "against_do_minimum": _worth(found.against_do_minimum),
        "council_cash_payback": str(found.council_cash_payback) if found.council_cash_payback else None,
        "transfers": found.transfers,
        "optimism_bias": [
            {
                **asdict(row),
                "benefits_kept": terms.benefits_kept[row.grade],
                "costs_raised": terms.costs_raised[row.grade],
            }
            for row in found.grades
        ],
        "do_minimum": list(found.do_minimum),
        "options": [{**asdict(option), "total": option.total} for option in found.options],
        "agencies": [{**asdict(row), "net": row.net} for row in found.agencies],
        "items": [asdict(row) for row in found.items],
        "switching_values": [asdict(one) for one in found.switching],
        "years": [asdict(row) for row in found.years],
    }


def screen(resolved: Resolved, found: Appraised) -> Group:
    """What it is worth, before and after correction, by agency, beside doing less, and when that would turn."""
    heading = _heading(resolved, found)
    if not found.items:
        heading.append("\nThe programme costs nothing and changes nothing: there is nothing to appraise.", "not bold")
        return Group(heading)
    notes, how = Text(hanging("", _notes(found)), style="dim"), Text(hanging("", HOW_SWITCHING), style="dim")
    money = (_worths(found), notes, "", _grades(found), "", _agencies(found), _transfers(found))
    return Group(heading, "", *money, "", _options(resolved, found), "", _switching(found), how)


def _worth(worth: Worth) -> dict[str, Any]:
    return {
        "cost": worth.cost,
        "benefit": worth.benefit,
        "net_present_social_value": worth.npsv,
        "benefit_cost_ratio": worth.bcr,
        "equivalent_annual_cost": worth.equivalent_annual_cost,
        "payback": str(worth.payback) if worth.payback else None,
    }


def _heading(resolved: Resolved, found: Appraised) -> Text:
    scenario, terms = resolved.scenario, found.terms
    text = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    text.append(f"   {resolved.name}: appraisal, thrive_model {thrive_model.__version__}", style="not bold")
    for override in resolved.overrides:
        text.append(f"\n--set {override}", style="not bold")
    text.append(f"\n{standing_told(resolved)}", style="not bold")
    told = f"Real pounds at prices of {terms.price_base}, discounted to {found.years[0].financial_year} at the rates of"
    told += f" {terms.rates.name} ({terms.rates.rate(0):.1%} at first), over the {_years(len(found.years))} of the run."
    text.append(f"\n{hanging('', told)}", style="not bold")
    return text


def _years(number: int) -> str:
    return "one year" if number == 1 else f"{number} years"


def _worths(found: Appraised) -> Table:
    """A column for each view of the same programme."""
    views: list[tuple[str, Worth]] = [("as stated", found.worth), ("corrected for optimism", found.corrected)]
    if found.sensitivity and found.terms.sensitivity:
        views.append((f"as stated, at {found.terms.sensitivity.rate(0):.1%}", found.sensitivity))
    views.append(("beside the do-minimum", found.against_do_minimum))
    table = table_of("Present values, £m", [name for name, _ in views])
    table.add_row("Costs, to all who pay", *(millions(worth.cost) for _, worth in views))
    table.add_row("Benefits, to all agencies", *(millions(worth.benefit) for _, worth in views))
    table.add_row("Net present social value", *(millions(worth.npsv) for _, worth in views))
    table.add_row("Benefit-cost ratio", *(_ratio(worth) for _, worth in views))
    table.add_row("Equivalent annual cost", *(millions(worth.equivalent_annual_cost) for _, worth in views))
    table.add_row("Paid back by the end of", *(_payback(worth) for _, worth in views))
    return table


def _ratio(worth: Worth) -> str:
    return "no cost" if worth.bcr is None else f"{worth.bcr:.2f}"


def _payback(worth: Worth) -> str:
    if worth.payback:
        return str(worth.payback)
    return "not within the run" if worth.cost > 0 else "no cost"


def _notes(found: Appraised) -> str:
    cash = found.council_cash_payback
    council = f"has its own money back in {cash}" if cash else "does not have its own money back within the run"
    return (
        f"The ratio's denominator is {DENOMINATOR}. In cash, nominal and undiscounted, the council {council}. "
        f"Nothing is counted after {found.years[-1].financial_year}."
    )


def _grades(found: Appraised) -> Group:
    """A row a grade of evidence: what rests on it, before and after correction."""
    heads = ["effects", "weakened by", "costs raised by", "costs", "corrected", "benefits", "corrected"]
    table = table_of("Optimism, by evidence, £m", heads)
    kept, raised = found.terms.benefits_kept, found.terms.costs_raised
    for row in found.grades:
        by = (f"{1.0 - kept[row.grade]:.0%}", f"{raised[row.grade] - 1.0:.0%}")
        amounts = (row.cost, row.cost_corrected, row.benefit, row.benefit_corrected)
        table.add_row(f"Grade {row.grade}", str(row.effects), *by, *(millions(amount) for amount in amounts))
    amounts = (found.worth.cost, found.corrected.cost, found.worth.benefit, found.corrected.benefit)
    table.add_row("All together", str(sum(row.effects for row in found.grades)), "", "", *map(millions, amounts))
    told = (
        "Each effect is weakened, and each cost not yet in closed accounts raised, by the grade of its own evidence; "
        "by how much is an assumption (optimism_bias.csv). Benefits of a row: with effects of that grade alone "
        "corrected."
    )
    return Group(table, Text(hanging("", told), style="dim"))


def _agencies(found: Appraised) -> Table:
    table = table_of("By agency, present value, £m", ["pays for it", "is spared", "net"])
    for row in found.agencies:
        if row.valued:
            table.add_row(plain(row.agency), millions(row.cost, 2), millions(row.benefit, 2), millions(row.net, 2))
        else:
            table.add_row(plain(row.agency), millions(row.cost, 2) if row.cost else "", "not valued", "")
    worth = found.worth
    table.add_row("All", millions(worth.cost, 2), millions(worth.benefit, 2), millions(worth.npsv, 2))
    return table


def _transfers(found: Appraised) -> Text:
    told = "Not valued: no published figure says what these are spared, which is not to say that it is nothing."
    if found.transfers:
        told += f" Within the sums, fees of £{millions(found.transfers, 2)}m that one agency no longer pays another"
        told += " no longer receives: they cancel."
    return Text(hanging("", told), style="dim")


def _options(resolved: Resolved, found: Appraised) -> Group:
    heads = [
        "demand",
        "other agencies",
        "programme",
        "all",
        "worth beside doing nothing",
        "programme's worth beside it",
    ]
    table = table_of("Present value, £m", heads)
    for option in found.options:
        amounts = (option.demand, option.other_agencies, option.programme, option.total, option.npsv)
        beside = "" if option.option == "programme" else millions(option.programme_npsv_against_it)
        table.add_row(_OPTIONS[option.option], *(millions(amount) for amount in amounts), beside)
    active = resolved.scenario.active
    names = [active[name].title for name in found.do_minimum if name in active]
    told = f"The do-minimum would be paid for in any case: {'; '.join(names)}." if names else "No do-minimum is stated."
    return Group(table, Text(hanging("", told), style="dim"))


def _switching(found: Appraised) -> Table:
    table = bare_table()
    table.add_column("Net worth is nothing at", no_wrap=True)
    table.add_column("now", justify="right", no_wrap=True)
    table.add_column("switches at")
    for one in found.switching:
        table.add_row(_PARAMETERS[one.parameter], _figure(one.now, one.unit), _switches(one))
    return table


def _figure(value: float, unit: str) -> str:
    if unit == "times":
        return f"x {value:.2f}"
    return f"{value * 100:+.1f} points" if unit == "points" else f"{value:.1%}"


def _switches(one: Switching) -> str:
    if one.switching is not None:
        return _figure(one.switching, one.unit)
    stays = "positive" if one.npsv_at_most > 0 else "negative" if one.npsv_at_most < 0 else "nothing"
    return f"none from {_figure(one.least, one.unit)} to {_figure(one.most, one.unit)}: stays {stays}"
