"""Drawing of mutants: lines with equal chance, then one change of each line, the same for the same seed."""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator

from mutation.equivalent import EquivalentMutants
from mutation.operators import Mutant, mutants, parses
from mutation.source import Source

REFUSED_BY_LINT = "Exception"
"""A handler of everything: ruff's BLE001 finds it, whatever the tests say."""


def drawn(
    sources: dict[str, Source], size: int, seed: int, equivalent: EquivalentMutants
) -> Iterator[tuple[str, Mutant]]:
    """At most `size` mutants with their files, without equivalent ones and those that lint finds."""
    chance = random.Random(seed)
    by_line: dict[tuple[str, int], list[Mutant]] = defaultdict(list)
    for file, source in sorted(sources.items()):
        for mutant in mutants(source):
            by_line[file, mutant.line].append(mutant)
    found = 0
    for place in chance.sample(list(by_line), len(by_line)):
        file, line = place
        mutant = chance.choice(by_line[place])
        source = sources[file]
        if (file, source.lines[line - 1], mutant) in equivalent or _is_unseen(mutant, source):
            continue
        yield file, mutant
        found += 1
        if found == size:
            return


def _is_unseen(mutant: Mutant, source: Source) -> bool:
    """Whether no caller can see the change: it does not parse, lint refuses it, or it only lets records be changed."""
    decorator = source.parents.get(source.parents.get(mutant.node, mutant.node))
    is_frozen = isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("dataclass")
    return is_frozen or mutant.after == REFUSED_BY_LINT or not parses(mutant.applied(source.text))
