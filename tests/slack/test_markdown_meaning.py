"""Markdown in sent messages has the meaning of CommonMark in Slack's blocks; addresses are unchanged."""

from random import Random

import pytest
from slack_markdown import document, meaning_of_blocks, meaning_of_html
from slack_mcp.writing.markdown_blocks import blocks_for


@pytest.mark.parametrize("seed", range(200))
def test_a_random_markdown_document_has_the_same_meaning_in_blocks(seed: int):
    markdown = document(Random(seed))
    assert meaning_of_blocks(blocks_for(markdown)) == meaning_of_html(markdown)


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/app/blob/main/pkg/__init__.py",
        "https://en.wikipedia.example/wiki/Slack_(software)",
        "https://play.example/p/vhIPYQjX8_",
        "http://test.example/_under_/_page/",
        "https://a.example/a*b*c",
        "https://a.example/x~~y~~z",
        "https://a.example/a`b`c",
        "https://a.example/?q=a&b=c&lt=1&copy=2",
        "https://a.example/ü?ä=1",
        "http://[::1]:8080/x",
        "https://a.example/wiki/A_(b),_c",
        "https://s3.example/a%20b?sig=x%2By%3D",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "see {} please", "({}).", "**{}**", "- {}", "> {}, and", "_x_ {}: y", "*see {}*"]
)
def test_a_bare_address_becomes_one_link_with_all_its_characters(address: str, around: str):
    assert _links(blocks_for(around.format(address))) == [address]


def test_2000_addresses_are_sent_unchanged_in_every_link_form():
    dice = Random(7)
    signs = "abcXYZ019-_.~!$&'()*+,;=:@%2F"
    changed: list[str] = []
    for number in range(2_000):
        path = "".join(dice.choice(signs) for _ in range(dice.randint(1, 30))).replace("(", "").replace(")", "")
        address = f"https://a.example/{path}x?n={number}#f_{number}_x"
        found = _links(blocks_for(f"see {address} or <{address}> or [it](<{address}>)"))
        changed += [] if found == [address] * 3 else [address]
    assert changed == []


def _links(node: object) -> list[str]:
    if isinstance(node, list):
        return [url for part in node for url in _links(part)]
    if isinstance(node, dict):
        return [node["url"]] if node.get("type") == "link" else _links(list(node.values()))
    return []
