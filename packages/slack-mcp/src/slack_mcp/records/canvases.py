"""Records of canvases and their sections."""

from mcp_chassis.http.records import Record


class CreatedCanvasRecord(Record, frozen=True):
    """Required fields of the response to creating a canvas."""

    canvas_id: str


class SectionRecord(Record, frozen=True):
    id: str
