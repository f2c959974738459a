"""The shared core of every Toolroll server: see the README of this folder for what belongs here."""

import gc

# What a start imports lives until the end: collecting it again and again is wasted, 6 % of the processor time of
# building a server (median of ten starts each way in one run). `stdio.serve` freezes it before the first call.
gc.set_threshold(50_000, 20, 50)
