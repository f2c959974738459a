"""The shared core of every Toolroll server: see the README of this folder for what belongs here."""

import gc

# Imported objects live as long as the process: scanning them again and again takes 6 % of the processor time of
# building a server (median of ten starts each way in one run). `stdio.serve` freezes them before the first call.
gc.set_threshold(50_000, 20, 50)
