"""Detection of mass mentions (`<!channel>`, `<!here>`, `<!everyone>`, user groups) in every encoding."""

import html
import re
import unicodedata

from slack_mcp.writing.markdown_blocks import inline_tokens

PING = re.compile(r"<\s*!\s*(channel|here|everyone|group|subteam)\b", re.IGNORECASE)
NAMES = {"subteam": "a user group", "group": "everyone in the channel"}
MAX_ENCODING_LAYERS = 4


def pings_in_markdown(markdown: str) -> str | None:
    """Description of the people that a Markdown text would notify at large, or None; code notifies nobody."""
    prose = "".join(
        f"<{token.content}>" if token.type == "slack_token" else token.content
        for token in inline_tokens(markdown)
        if token.type != "code_inline"
    )
    return pings_in(prose)


def pings_in(text: str) -> str | None:
    """Description of the people that a text in Slack's markup would notify at large, in any encoding, or None."""
    for _ in range(MAX_ENCODING_LAYERS):
        if match := PING.search(_bare(text)):
            name = match[1].lower()
            return NAMES.get(name, f"@{name}")
        decoded = html.unescape(text)
        if decoded == text:
            return None
        text = decoded
    return "somebody, with several layers of encoding"


def _bare(text: str) -> str:
    """The text with look-alike characters normalized and invisible characters removed."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(character for character in folded if unicodedata.category(character) not in {"Cf", "Cc", "Mn"})
