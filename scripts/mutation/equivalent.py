"""Reviewed list of equivalent mutants: changes that no caller can see, with the reason for each."""

import tomllib
from pathlib import Path

from mutation.operators import Mutant
from mutation.source import Source

LIST = Path(__file__).with_name("equivalent.toml")


class EquivalentMutants:
    """An entry names the file, the stripped text of the line and the change, so that it survives when lines move."""

    def __init__(self, path: Path = LIST) -> None:
        entries: list[dict[str, str]] = tomllib.loads(path.read_text())["mutant"]
        self.keys = {(entry["file"], entry["line"], entry["change"]) for entry in entries}

    def __contains__(self, place: tuple[str, str, Mutant]) -> bool:
        file, line, mutant = place
        return (file, line.strip(), mutant.change) in self.keys

    def stale(self, sources: dict[str, Source]) -> list[str]:
        """The entries for these sources whose line is no longer there."""
        lines = {file: {line.strip() for line in source.lines} for file, source in sources.items()}
        return sorted(f"{file}: {line}" for file, line, _ in self.keys if line not in lines.get(file, {line}))
