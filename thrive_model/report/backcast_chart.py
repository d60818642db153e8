"""The back-cast as a picture: what was published beside what was foretold of it, a panel an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thrive_model.calibrate import Foretold
from thrive_model.calibrate.backcast import LEVELS
from thrive_model.outputs import all_outputs
from thrive_model.report.picture import draw

COLUMNS = 3
WIDTH, HEIGHT = 190, 120
PUBLISHED, FORETOLD = "#b3123e", "#2c5f8a"


def write(path: Path, rows: Sequence[Foretold], heading: str, below: str = "") -> None:
    """Write the picture as SVG; `InputError` where that cannot be."""
    draw(path, specification(rows, heading, below))


def specification(rows: Sequence[Foretold], heading: str, below: str = "") -> dict[str, Any]:
    """The picture in Vega-Lite: the latest forecast of each figure for all ages, its bands, and what was published."""
    latest = {(row.target.output, row.target.financial_year): row for row in rows if row.target.ages is None}
    band = {"type": "quantitative", "title": None, "scale": {"zero": True}}
    layers = [
        _layer("rule", {"y": {"field": "least", **band}, "y2": {"field": "most"}}, FORETOLD, 2, 0.5),
        _layer("rule", {"y": {"field": "lower", **band}, "y2": {"field": "upper"}}, FORETOLD, 7, 0.6),
        _layer("tick", {"y": {"field": "middle", **band}}, FORETOLD, 2, 1.0),
        _layer("point", {"y": {"field": "published", **band}}, PUBLISHED, 2, 1.0),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": heading, "subtitle": below, "anchor": "start"},
        "data": {"values": [_datum(row) for row in latest.values()]},
        "facet": {"field": "indicator", "type": "nominal", "title": None, "sort": None},
        "columns": COLUMNS,
        "spec": {"width": WIDTH, "height": HEIGHT, "layer": layers},
        "resolve": {"scale": {"y": "independent"}},
    }


def _layer(mark: str, channels: dict[str, Any], colour: str, size: int, opacity: float) -> dict[str, Any]:
    sizes = {
        "point": {"filled": True, "size": 45},
        "rule": {"strokeWidth": size},
        "tick": {"thickness": size, "size": 22},
    }
    shape = {"type": mark, "color": colour, "opacity": opacity, **sizes[mark]}
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    return {"mark": shape, "encoding": {"x": x, **channels}}


def _datum(row: Foretold) -> dict[str, Any]:
    inside = dict(zip(LEVELS, row.quantiles, strict=True))
    return {
        "indicator": all_outputs()[row.target.output].title,
        "year": str(row.target.financial_year),
        "published": row.target.value,
        "least": inside[0.025],
        "lower": inside[0.1],
        "middle": inside[0.5],
        "upper": inside[0.9],
        "most": inside[0.975],
    }
