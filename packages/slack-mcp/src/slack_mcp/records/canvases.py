"""Canvases and their sections."""

from mcp_chassis.http.records import Record


class CreatedCanvasRecord(Record, frozen=True):
    """Proof of a new canvas."""

    canvas_id: str


class SectionRecord(Record, frozen=True):
    id: str
