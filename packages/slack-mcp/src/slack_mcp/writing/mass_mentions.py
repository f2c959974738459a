"""Mass mentions: `<!channel>`, `<!here>`, `<!everyone>` and user groups, found in every spelling."""

import html
import re
import unicodedata

from slack_mcp.writing.markdown_blocks import inline_tokens

PING = re.compile(r"<\s*!\s*(channel|here|everyone|group|subteam)\b", re.IGNORECASE)
NAMES = {"subteam": "a user group", "group": "everyone in the channel"}
MAX_ENCODING_LAYERS = 4


def pings_in_markdown(markdown: str) -> str | None:
    """The people it would ping, or None; code is shown as it is and pings nobody."""
    prose = "".join(
        f"<{token.content}>" if token.type == "slack_token" else token.content
        for token in inline_tokens(markdown)
        if token.type != "code_inline"
    )
    return pings_in(prose)


def pings_in(text: str) -> str | None:
    """The people whom a text in Slack's own markup would ping, in any encoding, since somebody else may undo it."""
    for _ in range(MAX_ENCODING_LAYERS):
        if match := PING.search(_bare(text)):
            name = match[1].lower()
            return NAMES.get(name, f"@{name}")
        decoded = html.unescape(text)
        if decoded == text:
            return None
        text = decoded
    return "somebody, through layers of encoding"


def _bare(text: str) -> str:
    """Look-alikes folded, and characters that cannot be seen taken out."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(character for character in folded if unicodedata.category(character) not in {"Cf", "Cc", "Mn"})
