"""Every construct of Markdown, and the blocks that Slack documents for it."""

from typing import Any


def rich(*groups: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(groups)}]


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(value: str, *styles: str) -> dict[str, Any]:
    return {"type": "text", "text": value, **({"style": dict.fromkeys(styles, True)} if styles else {})}


def items(style: str, *values: str, **rest: Any) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": style, "elements": [section(text(value)) for value in values], **rest}


CONSTRUCTS: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("words", "hello", rich(section(text("hello")))),
    ("bold", "a **b**", rich(section(text("a "), text("b", "bold")))),
    ("italic", "*a* _b_", rich(section(text("a", "italic"), text(" "), text("b", "italic")))),
    ("both", "***a***", rich(section(text("a", "italic", "bold")))),
    ("struck", "~~a~~", rich(section(text("a", "strike")))),
    ("code", "`a <b> **c**`", rich(section(text("a <b> **c**", "code")))),
    ("bold code", "**`a`**", rich(section(text("a", "bold", "code")))),
    ("a link", "[a](https://b.example)", rich(section({"type": "link", "url": "https://b.example", "text": "a"}))),
    ("a bare link", "https://b.example/x.", rich(section({"type": "link", "url": "https://b.example/x"}, text(".")))),
    (
        "an autolink",
        "<https://b.example>",
        rich(section({"type": "link", "url": "https://b.example", "text": "https://b.example"})),
    ),
    (
        "Slack's link",
        "<https://b.example|a b>",
        rich(section({"type": "link", "url": "https://b.example", "text": "a b"})),
    ),
    (
        "a picture",
        "![a](https://b.example/c.png)",
        rich(section({"type": "link", "url": "https://b.example/c.png", "text": "a"})),
    ),
    ("a person", "<@U0AAAAAAA>", rich(section({"type": "user", "user_id": "U0AAAAAAA"}))),
    ("a channel", "<#C0AAAAAAA|x>", rich(section({"type": "channel", "channel_id": "C0AAAAAAA"}))),
    (
        "a date",
        "<!date^1700000000^{date_num}|soon>",
        rich(section({"type": "date", "timestamp": 1700000000, "format": "{date_num}", "fallback": "soon"})),
    ),
    ("emoji", "a :tada:", rich(section(text("a "), {"type": "emoji", "name": "tada"}))),
    ("emoji with a tone", ":wave::skin-tone-4:", rich(section({"type": "emoji", "name": "wave", "skin_tone": 4}))),
    ("emoji in a heading", "# Go :tada:", [{"type": "header", "text": {"type": "plain_text", "text": "Go :tada:"}}]),
    ("no emoji", "std::vec::Vec at 10:30:15", rich(section(text("std::vec::Vec at 10:30:15")))),
    ("line breaks", "a\nb  \nc", rich(section(text("a\nb\nc")))),
    ("paragraphs", "a\n\nb", rich(section(text("a"), text("\n\n"), text("b")))),
    ("a heading", "# A", [{"type": "header", "text": {"type": "plain_text", "text": "A"}}]),
    ("a small heading", "### A", rich(section(text("A", "bold")))),
    ("a heading in bold", "# **A** b", [{"type": "header", "text": {"type": "plain_text", "text": "A b"}}]),
    (
        "a heading with code",
        "# **A** `b`",
        rich(section(text("A", "bold"), text(" ", "bold"), text("b", "code", "bold"))),
    ),
    (
        "a heading with a person",
        "# <@U0AAAAAAA>",
        rich(section({"type": "user", "user_id": "U0AAAAAAA", "style": {"bold": True}})),
    ),
    ("a rule", "---", [{"type": "divider"}]),
    ("bullets", "- a\n- b", rich(items("bullet", "a", "b"))),
    ("numbers", "1. a\n2. b", rich(items("ordered", "a", "b"))),
    ("numbers from five", "5. a\n6. b", rich(items("ordered", "a", "b", offset=4))),
    ("nested lists", "- a\n  1. b", rich(items("bullet", "a"), items("ordered", "b", indent=1))),
    (
        "a list that goes on after a nested one",
        "1. a\n   - b\n2. c",
        rich(items("ordered", "a"), items("bullet", "b", indent=1), items("ordered", "c", offset=1)),
    ),
    ("tasks", "- [ ] a\n- [x] b", rich(items("bullet", "☐ a", "☑ b"))),
    ("a quotation", "> a\n> b", rich({"type": "rich_text_quote", "elements": [text("a\nb")]})),
    (
        "a quotation of everything",
        "> # A\n> - b\n> 1. c\n>\n> ```\n> d\n> ```",
        rich(
            {
                "type": "rich_text_quote",
                "elements": [
                    text("A", "bold"),
                    text("\n"),
                    text("• "),
                    text("b"),
                    text("\n"),
                    text("1. "),
                    text("c"),
                    text("\n"),
                    text("d", "code"),
                ],
            }
        ),
    ),
    (
        "a fence",
        "```py\nif a:\n\tb <!here>\n```",
        rich({"type": "rich_text_preformatted", "elements": [text("if a:\n\tb <!here>")]}),
    ),
    ("indented code", "    a\n", rich({"type": "rich_text_preformatted", "elements": [text("a")]})),
    (
        "code in a list",
        "1. a\n   ```\n   b\n   ```\n2. c",
        rich(
            items("ordered", "a"),
            {"type": "rich_text_preformatted", "elements": [text("b")]},
            items("ordered", "c", offset=1),
        ),
    ),
    (
        "a table",
        "| a | b |\n|---|--:|\n| **c** | |",
        [
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}],
                    [rich(section(text("c", "bold")))[0], {"type": "raw_text", "text": " "}],
                ],
                "column_settings": [{"align": "left"}, {"align": "right"}],
            }
        ],
    ),
    ("escapes", r"\*a\* &lt;b&gt; 1 < 2", rich(section(text("*a* <b> 1 < 2")))),
    ("HTML is text", "<b>a</b>", rich(section(text("<b>a</b>")))),
    ("a link that would run code", "[a](javascript:x)", rich(section(text("[a](javascript:x)")))),
    (
        "indentation of a snippet is kept",
        "```\n  a\n    b\n```",
        rich({"type": "rich_text_preformatted", "elements": [text("  a\n    b")]}),
    ),
]
