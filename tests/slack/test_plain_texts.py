"""Texts that are taken for the same in Slack's markup, as plain text and in Markdown are read so by each parser."""

from random import Random

from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.mrkdwn_groups import groups_of
from slack_mcp.rendering.mrkdwn_text import mrkdwn_as_markdown, plain_as_markdown
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.plain_lines import is_plain
from slack_mcp.writing.paragraph_reading import paragraph_elements

SIGNS = "aB é漢 019 .,;:!?'\"()/%+-=#@$^{} *_~`\\[]<>&| \n\t\x01•"
WORDS = "1. 12) - + # ## = == --- | • ◦ > &gt; &amp; :tada: 10:30 a_b *b* `c` <@U1> [x](y) ]: a b"
PIECES = ("\n", "  ", *WORDS.split())
NAMES = Names()


def random_texts() -> list[str]:
    dice = Random(3)
    texts = ["".join(dice.choices(SIGNS, k=dice.randint(1, 12))) for _ in range(6_000)]
    return texts + [dice.choice(["", " "]).join(dice.choices(PIECES, k=dice.randint(1, 5))) for _ in range(6_000)]


def read_in_each_way(text: str) -> list[object]:
    """The text as each parser reads it: Slack's markup, plain text, Markdown."""
    markdown = [(element["type"], element.get("text")) for element in paragraph_elements(text) or ()]
    shown = "".join(str(words) for kind, words in markdown if kind == "text")
    return [groups_of(text), readable(text, NAMES), shown, {kind for kind, _ in markdown}]


def test_a_text_taken_for_plain_is_read_unchanged_by_each_parser():
    plain = [text for text in random_texts() if is_plain(text)]
    section = "rich_text_section"
    expected = {
        text: [
            [{"type": section, "elements": [{"type": "text", "text": text, "style": {}}]}],
            text,
            text,
            {"text"},
        ]
        for text in plain
    }
    assert len(plain) > 500
    assert [text for text in plain if read_in_each_way(text) != expected[text]] == []
    assert [text for text in plain if {mrkdwn_as_markdown(text, NAMES), plain_as_markdown(text, NAMES)} != {text}] == []


def test_ordinary_sentences_are_plain():
    texts = ["Done, at 14:00.", "25 % of 3.5 MB (now).\nGood!", "Ça va? @ana, it's #4 - or 5", "日本語 text"]
    assert [text for text in texts if not is_plain(text)] == []
