"""Bytes of files: images to show, and content to upload."""

import base64
import binascii

from mcp_chassis.failures import InvalidInput

from slack_mcp.connection import Workspace
from slack_mcp.records.files import FileRecord
from slack_mcp.rendering.files import described_file, shown_size

MAX_IMAGE_BYTES = 3_000_000
IMAGE_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


async def image_of_file(file: FileRecord, slack: Workspace) -> bytes:
    """Download an image of a type that MCP hosts can show, at most 3 MB.

    Raises:
        InvalidInput: when the file is not an image of such a type, or is too large.
    """
    if file.mimetype not in IMAGE_TYPES:
        raise InvalidInput(
            f"{described_file(file)} is not an image in PNG, JPEG, GIF or WebP, so it cannot be shown.",
            remedy="read_file reads text files.",
        )
    if file.size > MAX_IMAGE_BYTES:
        raise InvalidInput(
            f"The image is too large: {shown_size(file.size)}, at most 3 MB can be shown.",
            remedy=f"Its address: {file.permalink}",
        )
    content = await slack.api.files.content(file)
    if len(content) > MAX_IMAGE_BYTES or not content.startswith(SIGNATURES):
        raise InvalidInput(
            "The file cannot be shown: it is not an image, or larger than 3 MB.",
            remedy=f"Its address: {file.permalink}",
        )
    return content


def content_given(text: str | None, encoded: str | None) -> bytes:
    """The bytes to upload, from a text or from base64.

    Raises:
        InvalidInput: when both or neither is given, the base64 is invalid, or the content is empty.
    """
    if bool(text) == bool(encoded):
        raise InvalidInput(
            "The content of the file must be given either as text or as base64.", remedy="Give one of them."
        )
    if text:
        return text.encode()
    try:
        found = base64.b64decode("".join((encoded or "").split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput(
            "The content in base64 cannot be decoded.", remedy="Give standard base64 without a data: prefix."
        ) from exc
    if not found:
        raise InvalidInput("The content to upload is empty.", remedy="Give a content of at least one byte.")
    return found
