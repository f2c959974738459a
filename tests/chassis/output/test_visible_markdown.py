"""Markdown as its page shows it: what a person does not see is left out and counted, all else stays to the letter."""

import random

import pytest
from hidden_texts import INVISIBLE_WAYS, MARKDOWN_WAYS, SEEN, WORDS, shows_words
from mcp_chassis.output.markup.edits import described
from mcp_chassis.output.markup.restore import with_hidden_parts
from mcp_chassis.output.markup.visible import visible_markdown
from mcp_chassis.output.sanitize import sanitize

OWN = ("github.com",)


@pytest.mark.parametrize("way", MARKDOWN_WAYS)
def test_words_that_the_page_does_not_show_are_left_out_and_counted(way: str) -> None:
    shown = visible_markdown(f"{SEEN}\n\n{MARKDOWN_WAYS[way]}", OWN)
    assert shows_words(MARKDOWN_WAYS[way])
    assert not shows_words(shown.text), shown.text
    assert shown.text.startswith(SEEN)
    assert shown.kinds


@pytest.mark.parametrize("way", INVISIBLE_WAYS)
def test_invisible_characters_of_every_kind_are_removed(way: str) -> None:
    cleaned, removed = sanitize(f"a{INVISIBLE_WAYS[way]}b")
    assert removed
    left = [each for each in cleaned if not each.isprintable() or ord(each) in range(0xE0100, 0xE01F0)]
    assert len(left) <= 1  # one joiner or selector where the script before takes it


@pytest.mark.parametrize(
    "text",
    [
        "Vec<String>, Promise<number>, a <b, a <b or c>d, x & y &amp; &lt;b&gt;",
        "`<!-- code -->` and ``<b hidden>`` stay",
        "```html\n<!-- a comment in code -->\n<div hidden>x</div>\n[//]: # (code)\n```",
        "    <!-- indented code -->\n",
        "[a link](https://a.example/path#part) and <https://a.example/?q=1> and https://a.example/?q=1",
        "[an issue](https://github.com/o/r/issues?q=is%3Aopen) ![b](https://github.com/o/r/badge.svg?branch=main)",
        "[github.com](https://github.com/o) [README.md](https://github.com/o/r/blob/main/README.md)",
        '<details><summary>More</summary>\n\ntext\n\n</details>\n<p align="center"><img src="a.png" width="200"></p>',
        "[used] and [also][used]\n\n[used]: https://a.example\n",
        "A note[^1].\n\n[^1]: Its text.\n",
        "- [ ] task\n- [x] done\n\n| a | b |\n|---|:-:|\n| 1 | `x \\| y` |\n",
        "```python\nprint('x')\n```\n~~~\nplain\n~~~\n",
        "line one  \r\nline two\r\n",
        "It costs $5 and 20% of $9; $a_1 + b\\%$ and $$\\phantom{-}x \\color{red}{y}$$\n\n```math\n\\frac{1}{2}\n```",
        "$\\def\\R{\\mathbb{R}} x \\in \\R$ and $\\newcommand{\\norm}[1]{\\|#1\\|} \\norm{x}$",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |\n| `x \\| y` | 4 |\n\na | b\n",
        "A[^1], B[^2].\n\n[^1]: One, see[^3].\n[^2]: Two.\n\n    And more.\n\n[^3]: Three.\n",
        "[m](mailto:a@b.example) [t](tel:+49-30-1234) [f](docs/my%20own%20file%20(1).md) [s](https://a.example/a-b-c)",
        '<picture><source srcset="a.png 2x, b.png"><img src="a.png"></picture> <ruby>a<rp>(</rp><rt>b</rt></ruby>',
        '<td width="50%" align="center">x</td> <ol start="3"><p lang="pt-BR">x</p> <time datetime="2026-11-29">',
        "one\rtwo\r\r`<!-- x -->`\r",
        "<kbd>Ctrl</kbd>+<kbd>C</kbd> H<sub>2</sub>O <br> \\<!-- escaped -->",
    ],
)
def test_text_that_the_page_shows_is_not_changed(text: str) -> None:
    assert visible_markdown(text, OWN).text == text


def test_misleading_targets_and_those_with_data_become_text_with_their_host() -> None:
    source = (
        "[https://github.com/login](https://evil.example/login) ![x](https://evil.example/?q=1) "
        "[a](https://user@evil.example/) [b](javascript:alert) "
        '<a href="https://evil.example/">github.com</a> [see **github.com/x** now][r]\n\n[r]: https://evil.example\n'
    )
    assert visible_markdown(source, OWN).text == (
        "https://github.com/login [link to evil.example] [image: x at evil.example] "
        "a [link to evil.example] b [link to javascript:] "
        "github.com [link to evil.example] see **github.com/x** now [link to evil.example]\n\n"
        "[r]: https://evil.example\n"
    )


def test_each_kind_is_counted_by_its_name() -> None:
    source = 'text <!-- a --> text <!-- b --> [x](https://a.example "t")\n\n[//]: # (c)'
    assert described(visible_markdown(source).kinds) == "2 comments, 1 link title, 1 link-reference comment"


def test_code_that_resembles_tags_stays_after_a_hidden_element_full_of_it() -> None:
    assert visible_markdown("<div hidden><li k><li k><li k></div>a <b or c>d", OWN).text == "a <b or c>d"


def test_a_line_with_only_a_comment_is_removed_as_a_whole() -> None:
    assert visible_markdown("a\n<!-- b -->\nc").text == "a\nc"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "hostile",
    ["![", "[", "<x>", "</x>", "<a '\"", "<div hidden>\n\n", "[a](", "[^a]: x\n", "<!--", "> ", "&#8203;", "$", "$$",
     "$a$", "%", "\\phantom{", "$`", "|-", "|a\n|-\n", "[^a][^b]", "[^a]: [^b]\n\n", "[^a]\n[^a]: x\n", "+a", "%20a"],
)  # fmt: skip
def test_sixty_thousand_hostile_characters_are_read_in_time(hostile: str) -> None:
    visible_markdown(hostile * (60_000 // len(hostile)))  # a quadratic rule would take minutes


VISIBLE_PARTS = [
    "# Heading", "A paragraph with `code` and **words**.", "- one\n- two\n  - three", "> quoted\n> twice",
    "```py\nprint('<!-- kept -->')\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "1. first\n2. second", "---", "- [ ] task",
    "[a link](https://a.example)", "Ünïcödé, 日本語, مرحبا 👩‍👩‍👧", "## What happened?", "Steps:\n\n    indented code",
]  # fmt: skip
HIDDEN_PARTS = [
    "<!-- Describe the bug. -->", "<!--\nThanks for the report!\n\nPlease search first.\n-->", "[//]: # (template: x)",
    "<!-- marker:1 -->", "> a <!-- in a quotation -->", "- b <!-- in an item -->", "### Version <!-- required -->",
    '[docs](https://a.example "read me")', "```yml title=x.yml\na: 1\n```", "<div hidden>\n\nmeta\n\n</div>",
    '<p data-id="a long one">text</p>', "![chart](https://c.example/?id=1)",
]  # fmt: skip


def generated_document(seed: int) -> str:
    chance = random.Random(seed)
    parts = [chance.choice(VISIBLE_PARTS + HIDDEN_PARTS) for _ in range(chance.randint(3, 14))]
    parts.insert(chance.randint(0, len(parts)), chance.choice(HIDDEN_PARTS))
    return "\n\n".join(parts) + chance.choice(["", "\n"])


def test_two_hundred_generated_documents_come_back_whole_when_nothing_was_edited() -> None:
    documents = [generated_document(seed) for seed in range(200)]
    shown = [visible_markdown(document) for document in documents]
    assert [each.source for each in shown if with_hidden_parts(each, each.text) != each.source] == []
    assert all(each.kinds for each in shown)


def test_two_hundred_generated_documents_keep_their_hidden_parts_through_an_edit() -> None:
    for seed in range(200):
        document, chance = generated_document(seed), random.Random(seed)
        shown = visible_markdown(document)
        lines = shown.text.split("\n")
        place = chance.randrange(len(lines) + 1)
        edited = "\n".join([*lines[:place], "", "An inserted paragraph.", "", *lines[place:]])
        written = with_hidden_parts(shown, edited)
        # What the new text adds is there once, and without it the document is as before.
        assert written.count("An inserted paragraph.") == 1
        comments = [part for part in HIDDEN_PARTS if part.startswith("<!--") and part in document]
        assert [part for part in comments if written.count(part) < document.count(part)] == [], (document, written)


def test_hidden_parts_return_to_their_places_around_an_edit() -> None:
    source = "<!-- top -->\n## Bug <!-- what -->\n\nIt breaks.\n\n```sh title=x\nrun\n```\n<!-- end -->\n"
    shown = visible_markdown(source)
    assert shown.text == "## Bug \n\nIt breaks.\n\n```sh\nrun\n```\n"
    edited = shown.text.replace("It breaks.", "It breaks on Mondays.") + "\nMore.\n"
    assert with_hidden_parts(shown, edited) == source.replace("It breaks.", "It breaks on Mondays.") + "\nMore.\n"


def test_hidden_parts_of_a_removed_text_are_dropped_and_comments_kept() -> None:
    shown = visible_markdown(f'a [x](https://a.example "title") <!-- {WORDS} --> b\n')
    written = with_hidden_parts(shown, "something else\n")
    assert f"<!-- {WORDS} -->" in written
    assert "title" not in written
