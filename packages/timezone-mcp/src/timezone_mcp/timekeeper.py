"""The dependencies of every tool: the present, the reading of times, and the converter."""

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
    """Access to the present and the converter, one per server; `present` gives the aware time now."""

    present: Callable[[], datetime] = _present
    converter: Converter = dataclasses.field(default_factory=LocalConverter)

    def now(self, zone: Zone) -> datetime:
        """The present on `zone`'s clock, to the second."""
        return self.present().replace(microsecond=0).astimezone(zone.rules)

    def reading(self, text: str, zone: Zone) -> Reading:
        """The reading of `text` in `zone`.

        Raises:
            InvalidInput: it is no time known here.
        """
        written = moments.parse(text, self.now(zone))
        if written.moment.tzinfo is None:
            return readings.read(written.moment, written.zone or zone).shown_in(zone)
        local = written.moment.astimezone(zone.rules)
        return Reading(local.replace(tzinfo=None), zone, Status.OK, local, local)

    def moment(self, text: str, zone: Zone) -> datetime:
        """The instant `text` means, on `zone`'s clock; a repeated time is taken the first time it comes.

        Raises:
            InvalidInput: it is no time known here.
        """
        return self.reading(text, zone).chosen(None)


Time = Annotated[Timekeeper, Connected]
