"""What was written to be published, and how much of it is hidden."""

from __future__ import annotations

from thrive_model.disclosure import HIDDEN, RULE, Publication
from thrive_model.report.words import hanging


def publishing(publication: Publication) -> str:
    """The tables, the figures hidden in them and why, and what no table of these can keep."""
    hidden = publication.hidden
    parts = [
        f"Tables that may be published: {', '.join(f'{name}.csv' for name in publication.tables)}.",
        f"Of {hidden['counts']:,} counts in each run {hidden['small']:,} are {HIDDEN} because they are 1 to 5, and "
        f"{hidden['for_the_sake_of_others']:,} so that those cannot be worked out; with them go "
        f"{hidden['percentages_and_rates']:,} percentages and rates.",
        RULE,
        "It holds for this folder alone: beside another of the same children, one may tell what the other hides.",
    ]
    if publication.left_out:
        parts.append(f"Left out, as it is not known what they count: {', '.join(publication.left_out)}.")
    return "\n".join(hanging("", part) for part in parts)
