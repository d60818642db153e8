"""Every CSV's columns, declared once; reading checks each cell and keeps the line it stood on."""

from thrive_model.tables.reading import pathway_of, read, read_what_can_be
from thrive_model.tables.rows import (
    CostLineRow,
    Fact,
    FundRow,
    MoveRow,
    ObservedRow,
    OpeningAgeRow,
    OpeningDurationRow,
    OpeningStockRow,
    PopulationRow,
    PriceRow,
    RateRow,
    Row,
    Section251Row,
    SourceRow,
    StateRow,
)

__all__ = [
    "CostLineRow",
    "Fact",
    "FundRow",
    "MoveRow",
    "ObservedRow",
    "OpeningAgeRow",
    "OpeningDurationRow",
    "OpeningStockRow",
    "PopulationRow",
    "PriceRow",
    "RateRow",
    "Row",
    "Section251Row",
    "SourceRow",
    "StateRow",
    "pathway_of",
    "read",
    "read_what_can_be",
]
