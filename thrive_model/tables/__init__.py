"""Every CSV's columns, declared once; reading checks each cell and keeps the line it stood on."""

from thrive_model.tables.appraisal import DiscountRow, ImpactRow, OptimismRow
from thrive_model.tables.checks import CheckRow
from thrive_model.tables.children import (
    CapacityRow,
    CapacityUseRow,
    MoveRow,
    OpeningAgeRow,
    OpeningDurationRow,
    OpeningStockRow,
    PopulationRow,
    RateRow,
    StateRow,
)
from thrive_model.tables.money import (
    BenchmarkRow,
    CostLineRow,
    FundRow,
    PriceRow,
    Section251LineRow,
    Section251Row,
    UnitCostRow,
)
from thrive_model.tables.published import ComparatorRow, EnglandRow, ObservedRow, SourceRow
from thrive_model.tables.reading import pathway_of, read, read_what_can_be
from thrive_model.tables.row import Fact, Row

__all__ = [
    "BenchmarkRow",
    "CapacityRow",
    "CapacityUseRow",
    "CheckRow",
    "ComparatorRow",
    "CostLineRow",
    "DiscountRow",
    "EnglandRow",
    "Fact",
    "FundRow",
    "ImpactRow",
    "MoveRow",
    "ObservedRow",
    "OpeningAgeRow",
    "OpeningDurationRow",
    "OpeningStockRow",
    "OptimismRow",
    "PopulationRow",
    "PriceRow",
    "RateRow",
    "Row",
    "Section251LineRow",
    "Section251Row",
    "SourceRow",
    "StateRow",
    "UnitCostRow",
    "pathway_of",
    "read",
    "read_what_can_be",
]
