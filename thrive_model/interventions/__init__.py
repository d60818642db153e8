"""What changes the pathway and its costs: kinds of effect, when they take hold, and the programme's chain of reach."""

from thrive_model.interventions.course import Course, Shock
from thrive_model.interventions.effects import (
    AddToMove,
    AnyEffect,
    ChangeMix,
    Effect,
    MultiplyApprovalDelay,
    MultiplyDelay,
    MultiplyLoss,
    MultiplyMove,
    MultiplyRecruitment,
    MultiplyUnitCost,
    MultiplyVolume,
)
from thrive_model.interventions.intervention import Area, Carried, Claim, Intervention

__all__ = [
    "AddToMove",
    "AnyEffect",
    "Area",
    "Carried",
    "ChangeMix",
    "Claim",
    "Course",
    "Effect",
    "Intervention",
    "MultiplyApprovalDelay",
    "MultiplyDelay",
    "MultiplyLoss",
    "MultiplyMove",
    "MultiplyRecruitment",
    "MultiplyUnitCost",
    "MultiplyVolume",
    "Shock",
]
