"""Distinct canaries for every credential of a server, and the search for them in whatever a process wrote."""

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from mcp_chassis.settings import ServerSettings, is_secret, variables

SMALLEST_PART = 16


def canary() -> str:
    """Printable, long enough for every rule, and nowhere else in the world."""
    return f"canary{secrets.token_hex(24)}"


IN_PLACE_OF_ANOTHER = {"GITHUB_APP_PRIVATE_KEY"}  # of GITHUB_TOKEN; tests/github/test_app.py looks for it


def planted(settings: type[ServerSettings]) -> dict[str, str]:
    """A canary for each variable that holds a secret, but for one that stands in place of another."""
    fields = settings.model_fields.items()
    names = [name for field, info in fields if is_secret(info) for name in variables(settings, field)[:1]]
    return {name: canary() for name in names if name not in IN_PLACE_OF_ANOTHER}


def environment(canaries: Mapping[str, str], address: str) -> dict[str, str]:
    """The variables as the server takes them: a URL with a password is one where a URL is wanted."""
    dsn = "postgresql://reader:{}@127.0.0.1:5432/nowhere"
    shapes = {name: dsn if name.endswith("_URL") else "{}" for name in canaries}
    return {name: shapes[name].format(value) for name, value in canaries.items()} | {"NO_PROXY": address}


def sightings(canaries: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
    """Which canary was seen where, in which clothes; empty is good."""
    return [
        f"{variable} as {clothes} in {place}"
        for variable, value in canaries.items()
        for clothes, shape in disguises(value)
        for place, text in texts.items()
        if shape.lower() in text.lower()
    ]


def disguises(value: str) -> Iterator[tuple[str, str]]:
    """The ways in which a secret escapes without being recognised; a part of it counts as the whole."""
    part = value[:SMALLEST_PART]
    yield "itself", part
    yield "its end", value[-SMALLEST_PART:]
    yield "reversed", part[::-1]
    yield "hex", part.encode().hex()
    yield "percent", "".join(f"%{byte:02x}" for byte in part.encode())
    yield "json", "".join(f"\\u{ord(character):04x}" for character in part)
    for shift in range(3):
        # Base64 of a text inside another depends on where it begins; what is certain are the middle characters.
        encoded = base64.b64encode(b"x" * shift + value.encode()).decode()
        yield f"base64+{shift}", encoded[4 : 4 + SMALLEST_PART]


def worn(value: str) -> dict[str, str]:
    """The same secret as programs really write it: the control for the search."""
    return {
        "plain": f"Authorization: Bearer {value}",
        "cut": value[:20],
        "json": json.dumps({"token": value}),
        "base64": base64.b64encode(f"user:{value}".encode()).decode(),
        "base64 url": base64.urlsafe_b64encode(f"x{value}".encode()).decode(),
        "percent": quote(f"?key={value}"),
        "hex": f"0x{value.encode().hex()}",
    }
