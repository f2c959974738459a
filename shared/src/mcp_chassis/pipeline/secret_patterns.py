"""Credentials in texts: tokens of large providers and private keys, recognised by their published forms."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from mcp_chassis.output.sanitize import sanitize

MASK = "[credential]"
_FORMS = {
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255}",
    "a GitLab token": r"gl(?:pat|dt|rt|ptt)-[\w-]{20,255}",
    "a Slack token": r"xox[abeprs]-[\w-]{10,255}|xapp-\d-[\w-]{10,255}",
    "a Slack webhook": r"hooks\.slack\.com/(?:services|workflows)/T[\w/]{20,255}",
    "an AWS access key": r"\b(?:AKIA|ASIA)(?!\w{9}EXAMPLE)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[\w-]{35}|\bya29\.[\w-]{20,255}",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,255}",
    "an Anthropic key": r"\bsk-ant-[\w-]{20,255}",
    "an OpenAI key": r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,255}",
    "an npm token": r"\bnpm_[A-Za-z0-9]{36}",
    "a PyPI token": r"\bpypi-AgE[\w-]{50,255}",
    "a SendGrid key": r"\bSG\.[\w-]{16,32}\.[\w-]{16,64}",
    "a DigitalOcean token": r"\bdo[opr]_v1_[0-9a-f]{64}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,255}",
    "a Shopify token": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a private key": (
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{1,20000}-----END[^-]{1,60}-----)?"
    ),
}
_ANY = re.compile("|".join(f"(?P<p{number}>{form})" for number, form in enumerate(_FORMS.values())))
_NAMES = list(_FORMS)


def credentials_in(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the arguments that contain a credential, and its kind. Invisible characters are ignored."""
    for name, value in arguments.items():
        for text in _texts(value):
            if found := _ANY.search(sanitize(text)[0]):
                yield name, _NAMES[int((found.lastgroup or "p0")[1:])]
                break


def masked(text: str) -> str:
    """A text with credentials replaced by `MASK`."""
    return _ANY.sub(MASK, text)


def masked_json(value: Any) -> Any:
    """JSON with credentials masked in all its texts."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {name: masked_json(each) for name, each in cast("Mapping[str, Any]", value).items()}
    return [masked_json(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in cast("list[Any]", value):
            yield from _texts(each)
