"""What the services cost: a search through them, beside its bare stages called directly, in one run.

Both sides take the same images and the same vectors, and take turns, so that what else the machine does falls on
both. Starts and stops no services: it is given their addresses. May import everything but cli and training.
"""
