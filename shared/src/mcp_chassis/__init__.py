"""The shared core of every Toolroll server: see the README of this folder for what belongs here."""

import gc

# What a start imports lives until the end: looking through it again and again is a tenth of the start.
# `Server.serve` sets it aside for good.
gc.set_threshold(50_000, 20, 50)
