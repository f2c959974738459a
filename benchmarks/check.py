"""Compares the ratios of start and calls with the committed ones; fails where one is worse by more than a tenth.

make bench-check            check.py --starts 8 --rounds 3 --calls 1000
"""

import argparse
import asyncio
import sys
import tempfile

import compare
import start
from ratios import regressions, report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    ratios = asyncio.run(measure(options.starts, options.rounds, options.calls))
    report(ratios)
    worse = regressions(ratios)
    for sentence in worse:
        print(f"worse by more than a tenth: {sentence}", file=sys.stderr)
    return 1 if worse else 0


async def measure(starts: int, rounds: int, calls: int) -> dict[str, list[float]]:
    served = next(way for way in start.by_record() if way.name == start.MEASURED_FOR_THE_RATIOS)
    with tempfile.TemporaryDirectory() as cache:
        of_starts = await start.measure([start.bare(), served, start.in_full(), *start.by_entry()], starts, cache)
    of_calls = await compare.measure([compare.bare(), compare.ours()], rounds, calls)
    return {**of_starts, **of_calls}


if __name__ == "__main__":
    raise SystemExit(main())
