"""Description of a server in the handshake: version, instructions, and texts that hosts show to people.

The icon, a roll of cloth with two tools, is a small SVG, because the newest revision repeats it with every result.
"""

import base64
from typing import Any

from mcp_types import Icon

from mcp_chassis.server import Server

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    '<path fill="#c98a4b" d="M1 4h6v3H1zm1-3h1v3H2zm3 0h1v3H5z"/></svg>'
)
ICON = Icon(
    src=f"data:image/svg+xml;base64,{base64.b64encode(_SVG.encode()).decode()}",
    mime_type="image/svg+xml",
    sizes=["any"],
)


def server_info(server: Server[Any]) -> dict[str, Any]:
    """Arguments of the SDK's server: version, instructions, title, description, website and icon."""
    texts = {"title": server.title, "description": server.description, "website_url": server.website}
    shown = {name: text for name, text in texts.items() if text}
    return {"version": server.version, "instructions": server.full_instructions, "icons": [ICON], **shown}
