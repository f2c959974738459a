"""Markdown that was sent is read back as the same Markdown, and sending it again changes nothing."""

import re
from importlib import resources
from random import Random
from typing import Any

import pytest
from services import NODE_PACKAGES
from slack_constructs import CONSTRUCTS, text
from slack_desk import GENERAL, Desk
from slack_markdown import document, meaning_of_blocks, meaning_of_html
from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.emoji import character
from slack_mcp.rendering.mrkdwn_text import mrkdwn_as_markdown
from slack_mcp.rendering.names import Names
from slack_mcp.writing.markdown_blocks import blocks_for
from slack_normal_form import normal_form
from volume import in_volume, volume

EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", re.MULTILINE | re.DOTALL)
# Examples that Slack's blocks cannot express, or in which a bare address becomes a link.
CODE_IN_A_QUOTATION = {6, 128, 236, 252}
LIST_IN_A_QUOTATION = {259, 292, 293}
BARE_ADDRESS = {602, 608, 611}
EXACT = [
    "**bold** and _italic_, ~~gone~~ and `code`",
    "**bold _and italic_ bold**",
    "un*frigging*believable",
    "snake_case, 2 * 3, a*b, ~/x, C:\\dir, /usr/__x__y, #general, $5, 10:30:15",
    "[a _b_](https://a.example/x_(y)) <a@b.example> https://a.example/_x_/ [b.example](https://b.example)",
    "``a ` b`` `` ` ``",
    "- a\n- b\n  - c\n    d\n- e",
    "- a\n  ```\n  \tx\n\n  ```\n  - b\n\nend",
    "3. a\n4. b\n   - c\n5. d",
    "1. a\n1) b",
    "- [ ] open\n- [x] done",
    "> a\n>\n> b\n\nc",
    "# A heading\n\ntext\n\n---\n\nmore",
    "# C \\#",
    "```\n**not bold**\n\tindented  \n```",
    "````\n```\n````",
    "| a | b |\n|---|:-:|\n| **x\\|y** | `c` |",
    "\\*literal* \\_x_ \\`y` \\[z](https://a.example) \\&lt; \\<@U0ALICE01>",
    "\\- no list\n\\# no heading\n\\> no quotation\n1\\. none",
    "a\n\\---",
]
HUMAN = [
    ("bold beside letters", [text("a"), text('"b"', "bold"), text("c")]),
    ("italic beside bold", [text("a", "italic"), text("b", "bold")]),
    ("all styles", [text("x", "bold", "italic", "strike"), text("y", "code", "bold")]),
    ("blanks in bold", [text("a", "bold"), text(" ", "bold"), text("b"), text(" c ", "bold")]),
    ("stars around bold", [text("*"), text("b", "bold"), text("*")]),
    ("a mark before a link", [text("!"), {"type": "link", "url": "https://a.example", "text": "x"}]),
    ("an address before letters", [{"type": "link", "url": "https://a.example/x"}, text("and")]),
    ("an address that ends in a sign", [{"type": "link", "url": "https://a.example/x_."}, text(" and")]),
    ("a label of signs", [{"type": "link", "url": "https://a.example", "text": "a]*b*["}]),
    ("code of several lines", [text("a\n\n b", "code"), text("c")]),
    ("lines that look like blocks", [text("- a\n+ b\n1. c\n# d\n> e\n===\n---\n```\n~~~\n* * *\n| a |\n|---|")]),
    ("a definition", [text("[a]: b")]),
    ("a link and an entity", [{"type": "link", "url": "https://a.example/?a&copy;=b", "text": "x"}]),
]


def read(markdown: str) -> str:
    return blocks_text(blocks_for(markdown), Names())


def changed(markdown: str) -> bool:
    blocks = blocks_for(markdown)
    return normal_form(blocks_for(blocks_text(blocks, Names()))) != normal_form(blocks)


def spec_examples() -> list[str]:
    spec = NODE_PACKAGES / "commonmark-spec" / "spec.txt"
    if not spec.is_file():
        pytest.skip("npm's commonmark-spec is not installed: run `make node`")
    return [match.replace("→", "\t") for match in EXAMPLE.findall(spec.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("markdown", EXACT)
def test_common_markdown_is_read_back_character_by_character(markdown: str):
    assert read(markdown) == markdown


@pytest.mark.parametrize("line", [r"\- b", r"\+ b", r"\* b", r"\> b", r"\# b", r"1\. b", r"1\) b"])
def test_a_second_line_that_looks_like_a_list_quotation_or_heading_stays_text(line: str):
    (block,) = blocks_for(f"a\n{line}")
    assert [group["type"] for group in block["elements"]] == ["rich_text_section"]
    assert blocks_for(blocks_text([block], Names())) == [block]


@in_volume
def test_a_random_markdown_document_is_read_back_equal():
    assert [seed for seed in range(volume(200)) if changed(document(Random(seed)))] == []


@in_volume
def test_commonmark_specification_examples_are_read_back_equal():
    examples = spec_examples()
    assert len(examples) == 652
    assert [example for example in examples[:: round(652 / volume(652))] if changed(example)] == []


@in_volume
def test_commonmark_specification_examples_mean_the_same_in_blocks_and_html():
    examples = spec_examples()
    tried = range(1, 653, round(652 / volume(652)))
    unlike = {
        at for at in tried if meaning_of_blocks(blocks_for(examples[at - 1])) != meaning_of_html(examples[at - 1])
    }
    assert unlike == (CODE_IN_A_QUOTATION | LIST_IN_A_QUOTATION | BARE_ADDRESS) & set(tried)


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=[name for name, _, _ in CONSTRUCTS])
def test_every_construct_is_read_back_equal(construct: tuple[str, str, list[dict[str, Any]]]):
    _, markdown, _ = construct
    assert changed(markdown) == ("<#C" in markdown or "<!date" in markdown)


@pytest.mark.parametrize("elements", [elements for _, elements in HUMAN], ids=[name for name, _ in HUMAN])
def test_a_message_typed_in_slack_is_unchanged_when_read_and_written_back(elements: list[dict[str, Any]]):
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    assert meaning_of_blocks(blocks_for(blocks_text(blocks, Names()))) == meaning_of_blocks(blocks)


def test_2000_addresses_are_read_back_as_written():
    dice = Random(11)
    signs = "abcXYZ019-_.~!$&'()*+,;=:@%2F"
    addresses = [
        f"https://a.example/{''.join(dice.choice(signs) for _ in range(dice.randint(1, 30)))}x"
        for _ in range(volume(2_000))
    ]
    links = [{"type": "link", "url": address, **label} for address in addresses for label in ({}, {"text": "it"})]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]} for link in links]
    again = [blocks_for(blocks_text([block], Names()))[0]["elements"][0]["elements"] for block in blocks]
    assert [
        found for found, link in zip(again, links, strict=True) if [part["url"] for part in found] != [link["url"]]
    ] == []


@pytest.mark.parametrize(("name", "shown"), [("100", "💯"), ("-1", "👎"), ("+1", "👍"), ("1234", "🔢")])
def test_emoji_with_numeric_names_are_sent_as_emoji_and_read_as_characters(name: str, shown: str):
    assert blocks_for(f"a :{name}: b")[0]["elements"][0]["elements"][1] == {"type": "emoji", "name": name}
    assert read(f"a :{name}: b") == f"a {shown} b"


@in_volume
def test_every_emoji_name_and_character_are_read_as_the_character():
    table = resources.files("slack_mcp.rendering").joinpath("emoji_names.txt").read_text(encoding="utf-8")
    names = [name for line in table.splitlines() for name in line.split(" ")[1:]]
    assert len(names) > 1_900
    some = names[:: round(len(names) / volume(len(names)))]
    assert [name for name in some if not read(f":{name}:") == read(str(character(name))) == character(name)] == []


async def test_a_message_read_edited_and_written_back_keeps_its_formatting(desk: Desk):
    written = "**Plan** for `v1.2`\n\n- [ ] build _all_\n- [x] ~~docs~~\n\n> said\n\n```\nx = a_b * 2\n```"
    sent = await desk.call("send_message", channel="general", text=written)
    page = await desk.call("get_channel_history", channel="general")
    shown = page["messages"][0]["text"]
    assert shown == written
    await desk.call("update_message", channel="general", ts=sent["ts"], text=shown.replace("v1.2", "v1.3"))
    page = await desk.call("get_channel_history", channel="general")
    assert page["messages"][0]["text"] == written.replace("v1.2", "v1.3")


@pytest.mark.parametrize(
    ("mrkdwn", "markdown"),
    [
        ("*bold* _italic_ ~gone~ `a*b`", "**bold** _italic_ ~~gone~~ `a*b`"),
        ("*_both_* x", "**_both_** x"),
        ("snake_case a*b*c 2 * 3 * 4 :white_check_mark:", "snake_case a\\*b*c 2 * 3 * 4 ✅"),
        ("• one\n• two\n    ◦ three", "- one\n- two\n  - three"),
        ("Steps:\n1. a\n2. b\nend", "Steps:\n\n1. a\n2. b\n\nend"),
        ("&gt;&gt;&gt;a\nb", "> a\n> b"),
        ("a\n```\nx &lt; y\n```\nb", "a\n\n```\nx < y\n```\n\nb"),
        ("*<https://a.example/a_b|the plan>*", "**[the plan](https://a.example/a_b)**"),
        ("# no heading **no bold**", "\\# no heading \\*\\*no bold**"),
        ("`\x01`x` y", "\\``x` y"),
    ],
)
def test_slack_markup_is_read_as_markdown(mrkdwn: str, markdown: str):
    assert mrkdwn_as_markdown(mrkdwn, Names()) == markdown


async def test_a_phrase_with_markdown_marks_inside_is_found(desk: Desk):
    desk.workspace.say(GENERAL, "U0BOB0001", "there is *no* lock")
    found = await desk.call("search_messages", query='"no lock"', channel="general")
    assert [item["text"] for item in found["items"]] == ["there is **no** lock"]
