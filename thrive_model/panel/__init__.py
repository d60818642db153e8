"""Forecasts of looked after children and CP plans for many councils at once, from what they publish, and how sure.

A pooled (hierarchical) stock-flow model: what leaves is the nation's, what enters is each council's own, and how much
a council's own past is to be believed is learnt from all councils together. It runs on the product's engine.

The route: `councils` (what is published) → `national` (how children leave) → `admissions` or `plans` (what enters) →
`pooled` (the weights) → `shocks` (how far forecasts have been out) → `forecast` (on the engine, with intervals).

Axes: C councils, T years ending 31 March, B age bands, A ages in months, H years ahead, D draws, Q quantiles. Whatever
is given a panel reads all of it: to forecast from an earlier year, give it `Panel.up_to` that year.
"""
