"""The appraisal view: what the programme is worth to society, real and discounted, beside what it costs.

Never mixed with the budget's view, which is nominal and the council's own. `worth_of` appraises a comparison that is
there already; `appraise` makes all the runs that a full appraisal needs.
"""

from thrive_model.appraisal.flows import Worth
from thrive_model.appraisal.switching import Switching
from thrive_model.appraisal.variants import worth_of
from thrive_model.appraisal.view import Appraised, appraise

__all__ = ["Appraised", "Switching", "Worth", "appraise", "worth_of"]
