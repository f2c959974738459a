"""Nested Markdown that Slack's blocks cannot nest keeps all its words in order."""

import json

import pytest
import scripted_slack_blocks as block_kit
from slack_desk import Desk

NESTED = {
    "a quotation in a list": ("- alpha\n\n  > beta\n- gamma", ["alpha", "beta", "gamma"]),
    "a quotation in a quotation": ("> alpha\n>\n> > beta\n>\n> gamma", ["alpha", "beta", "gamma"]),
    "a list in a quotation": ("> alpha\n>\n> - beta\n> - gamma", ["alpha", "beta", "gamma"]),
    "code in a list": ("- alpha\n\n  ```\n  beta\n  ```\n- gamma", ["alpha", "beta", "gamma"]),
    "a table in a quotation": ("> | alpha |\n> |---|\n> | beta |\n>\n> gamma", ["alpha", "beta", "gamma"]),
    "a heading in a quotation": ("> # alpha\n>\n> beta", ["alpha", "beta"]),
    "a quotation of a quotation in a list": ("- alpha\n\n  > > beta\n  >\n  > gamma", ["alpha", "beta", "gamma"]),
    "a list in a list in a quotation": ("> - alpha\n>   - beta\n> - gamma", ["alpha", "beta", "gamma"]),
}


@pytest.mark.parametrize("kind", NESTED)
async def test_every_word_of_nested_markdown_is_posted_in_order(desk: Desk, kind: str):
    markdown, words = NESTED[kind]
    await desk.call("send_message", channel="general", text=markdown)
    [post] = desk.posts()
    blocks = post["blocks"]
    text = json.dumps(blocks)
    assert block_kit.faults(blocks) == []
    assert [word for word in words if word not in text] == []
    assert [text.index(word) for word in words] == sorted(text.index(word) for word in words)
