"""Dependency of every tool: the current time, the parser of times, and the converter."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from mcp_chassis.tools import Connected

from timezone_mcp.conversion import Converter, LocalConverter
from timezone_mcp.times import moments, readings
from timezone_mcp.times.readings import Reading, Status
from timezone_mcp.zones.lookup import Zone


def _present() -> datetime:
    return datetime.now(UTC)


@dataclasses.dataclass(frozen=True)
class Timekeeper:
    """Clock, parser and converter of a server. `present` returns the current time, aware."""

    present: Callable[[], datetime] = _present
    converter: Converter = dataclasses.field(default_factory=LocalConverter)

    def now(self, zone: Zone) -> datetime:
        """The current time in `zone`, to the second."""
        return self.present().replace(microsecond=0).astimezone(zone.rules)

    def reading(self, text: str, zone: Zone) -> Reading:
        """Parse `text` as a time, without an offset in `zone`, and return its reading.

        Raises:
            InvalidInput: the text is not a time, or not in a known form.
        """
        written = moments.parse(text, self.now(zone))
        if written.moment.tzinfo is None:
            return readings.read(written.moment, written.zone or zone).shown_in(zone)
        local = written.moment.astimezone(zone.rules)
        return Reading(local.replace(tzinfo=None), zone, Status.OK, local, local)

    def moment(self, text: str, zone: Zone) -> datetime:
        """Parse `text` and return its instant in `zone`: of a repeated time the first, a skipped one moved forward.

        Raises:
            InvalidInput: the text is not a time, or not in a known form.
        """
        return self.reading(text, zone).chosen(None)


Time = Annotated[Timekeeper, Connected]
