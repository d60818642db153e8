"""Where a figure comes from: its formula, the ledger lines, stocks and moves it sums, and the inputs behind them."""

from thrive_model.trace.inputs import Change
from thrive_model.trace.parts import Part
from thrive_model.trace.terms import Term, Trace, trace

__all__ = ["Change", "Part", "Term", "Trace", "trace"]
