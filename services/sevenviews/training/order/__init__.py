"""Do the papers' claims hold here: rows trained at an equal budget, and compared seed by seed."""

from sevenviews.training.order.config import Claim, OrderConfig
from sevenviews.training.order.experiment import Measured, run_order
from sevenviews.training.order.report import OrderReport, Verdict

__all__ = ["Claim", "Measured", "OrderConfig", "OrderReport", "Verdict", "run_order"]
