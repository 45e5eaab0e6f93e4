"""Truth that people checked by hand, and what is measured against it."""
