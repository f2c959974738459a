"""Conversion of Markdown to Slack's blocks, and rules on mentions, previews and length."""

from typing import Any

import pytest
import scripted_slack_blocks as block_kit
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_chassis.failures import InvalidInput, PermissionDenied
from slack_constructs import CONSTRUCTS, rich, section, text
from slack_mcp.writing.markdown_blocks import blocks_for
from slack_mcp.writing.mass_mentions import pings_in, pings_in_markdown
from slack_mcp.writing.message_body import Rules, check_pings, composed, edited


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=[name for name, _, _ in CONSTRUCTS])
def test_every_markdown_construct_becomes_its_documented_block(construct: tuple[str, str, list[dict[str, Any]]]):
    _, markdown, expected = construct
    blocks = blocks_for(markdown)
    assert blocks == expected
    assert block_kit.faults(blocks) == []


@pytest.mark.parametrize("empty", ["a ![]()", "a []()", "[b]() a", "![b]() a"])
def test_a_markdown_link_without_an_address_is_plain_text(empty: str):
    assert "link" not in str(blocks_for(empty))


def test_a_second_table_becomes_fixed_width_text():
    table = "| a | bb |\n|---|---|\n| cc | d |"
    blocks = blocks_for(f"{table}\n\nand\n\n{table}")
    assert [block["type"] for block in blocks] == ["table", "rich_text"]
    assert blocks[1]["elements"][1]["elements"][0]["text"] == "a   bb\n--  --\ncc  d"


def test_a_table_above_slacks_limit_becomes_fixed_width_text():
    rows = "\n".join("| x |" for _ in range(150))
    assert [block["type"] for block in blocks_for(f"| a |\n|---|\n{rows}")] == ["rich_text"]


def test_a_text_of_many_headings_stays_within_fifty_blocks():
    blocks = blocks_for("\n\n".join(f"# {number}\n\n---" for number in range(60)))
    assert block_kit.faults(blocks) == []
    assert str(blocks).count("'bold'") == 60


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "# ",
                "- ",
                "1. ",
                "> ",
                "  ",
                "\n",
                "\n\n",
                "**",
                "_",
                "`",
                "```\n",
                "|",
                "|-|-|\n",
                "a",
                "é",
                "<@U0AAAAAAA>",
                "<!here>",
                "<!date^1^{x}|y>",
                "<!date^1^^|y>",
                "![]()",
                "<#C1>",
                "https://a.example",
                "[",
                "](",
                ")",
                ":tada:",
                "&lt;",
                "\\",
                "---\n",
                "~~",
                "<",
                ">",
                "!",
            ]
        ),
        max_size=40,
    )
)
def test_random_texts_give_valid_blocks_without_mass_mentions(pieces: list[str]):
    try:
        body = composed("".join(pieces), "markdown", Rules())
    except (InvalidInput, PermissionDenied):
        return
    assert block_kit.faults(body.blocks) == []
    assert block_kit.pings(body.text, body.blocks) == []
    assert block_kit.pings(body.text, None) == []
    assert body.text


def test_a_notification_contains_the_words_and_mentions():
    body = composed("# Deploy\n\n<@U0AAAAAAA> see **this** & [that](https://a.example) `x<y`", "markdown", Rules())
    assert body.text == "*Deploy*\n<@U0AAAAAAA> see *this* &amp; that (https://a.example) `x&lt;y`"


PINGS = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!HERE>",
    "<!here|here>",
    "<!channel|@channel>",
    "<! channel>",
    "<!subteam^S0AAAAAAA>",
    "<!subteam^S0AAAAAAA|@ops>",
    "<!group>",
    "**<!here>**",
    "> <!channel>",
    "- <!everyone>",
    "# <!here>",
    "| a |\n|---|\n| <!here> |",
    "[<!here>](https://a.example)",
    "<!he\u200bre>",
    "<!ch\u00adannel>",
    "\uff1c!channel\uff1e",
    "<\uff01here>",
    "&lt;!here&gt;",
    "&#60;!channel&#62;",
    "&amp;lt;!channel&amp;gt;",
    "\\<!here>",
    "~~<!here>~~ done",
    "a\n\n<!here>",
]


@pytest.mark.parametrize("ping", PINGS)
@pytest.mark.parametrize("kind", ["markdown", "mrkdwn"])
def test_a_mass_mention_is_refused_in_every_encoding(ping: str, kind: Any):
    with pytest.raises(PermissionDenied) as refused:
        composed(f"please look {ping}" if "\n" not in ping else ping, kind, Rules())
    assert "would notify" in refused.value.message


def test_a_topic_with_a_mass_mention_is_refused():
    with pytest.raises(PermissionDenied):
        check_pings("news <!channel>", Rules())
    check_pings("news for the channel", Rules())


def test_mass_mentions_are_composed_if_allowed():
    body = composed("<!here> <!subteam^S0AAAAAAA>", "markdown", Rules(broadcasts=True))
    assert block_kit.pings(body.text, body.blocks) == ["here", "subteam^S0AAAAAAA"]


def test_code_that_contains_a_mass_mention_is_allowed():
    body = composed("use `<!here>` or\n```\n<!channel>\n```", "markdown", Rules())
    assert block_kit.pings(body.text, body.blocks) == []


def test_a_mass_mention_under_many_layers_of_encoding_is_refused():
    hidden = "<!here>"
    for _ in range(6):
        hidden = hidden.replace("&", "&amp;").replace("<", "&lt;")
    assert pings_in(hidden)


def test_the_plain_word_channel_is_not_a_mass_mention():
    for words in ("ask @channel", "email here@everyone.example", "<!date^1700000000^{date}|here>", "a <- !here"):
        assert pings_in_markdown(words) is None
        assert pings_in(words) is None


@pytest.mark.parametrize(("kind", "most"), [("markdown", 12_000), ("mrkdwn", 4_000)])
def test_a_too_long_text_is_refused_with_a_remedy(kind: Any, most: int):
    composed("a" * most, kind, Rules())
    with pytest.raises(InvalidInput) as refused:
        composed("a" * (most + 1), kind, Rules())
    assert f"{most:,}" in refused.value.message
    assert "thread_ts" in refused.value.message


def test_the_longest_allowed_text_gives_valid_blocks():
    body = composed("# a\n\nword **b** [c](https://d.example/e)\n\n" * 280, "markdown", Rules())
    assert block_kit.faults(body.blocks) == []


@pytest.mark.parametrize("blank", ["", "  \n", "[a]: https://b.example"])
def test_a_text_without_visible_content_is_refused(blank: str):
    with pytest.raises(InvalidInput):
        composed(blank, "markdown", Rules())


ALLOWED = Rules(unfurl_domains=("good.example",))


@pytest.mark.parametrize(
    ("posted", "shown"),
    [
        ("https://good.example/a", True),
        ("[x](https://docs.good.example)", True),
        ("<https://good.example|x>", True),
        ("HTTPS://GOOD.EXAMPLE/", True),
        ("https://good.example/ü", True),
        ("no link at all", False),
        ("https://evil.example\\\\.good.example", False),
        ("https://evil.example%2f.good.example", False),
        ("https://evil.example", False),
        ("https://good.example and https://evil.example/?q=1", False),
        ("[https://good.example](https://evil.example)", False),
        ("https://good.example.evil.example", False),
        ("https://evilgood.example", False),
        ("https://good.example@evil.example", False),
        ("https://good.example\\@evil.example", False),
        ("https://good.example and evil.example", False),
        ("ftp://good.example", False),
        ("![p](https://evil.example/p.png) https://good.example", False),
        ("| a |\n|---|\n| https://evil.example |\n\nhttps://good.example", False),
        ("https://g\u043eod.example", False),
        ("https://evil.example#good.example", False),
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "mrkdwn"])
def test_previews_are_enabled_only_for_allowed_domains(posted: str, shown: bool, kind: Any):
    if kind == "mrkdwn" and ("](" in posted or "|---" in posted):
        return
    assert composed(posted, kind, ALLOWED).previews is shown


def test_previews_are_disabled_by_default():
    assert composed("https://good.example", "markdown", Rules()).previews is False


def test_an_edit_writes_links_without_allowed_previews_as_text():
    body = edited("see [plan](https://evil.example/?s=1)", Rules())
    assert body.blocks == rich(section(text("see "), text("plan (https://evil.example/?s=1)")))
    assert "https" not in body.text
    assert body.warnings


def test_an_edit_keeps_links_to_allowed_domains():
    body = edited("see [plan](https://good.example)", ALLOWED)
    assert body.blocks == rich(section(text("see "), {"type": "link", "url": "https://good.example", "text": "plan"}))
    assert not body.warnings


def test_an_edit_without_links_is_sent_unchanged():
    body = edited("README.md is **done**", Rules())
    assert body.blocks == rich(section(text("README.md is "), text("done", "bold")))
    assert body.warnings == []
