"""Sixty messages as Slack really sends them, and what a person reads there."""

from typing import Any

Shape = tuple[str, dict[str, Any], str]


def rich(*groups: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "block_id": "x", "elements": list(groups)}]


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(value: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": value, **({"style": style} if style else {})}


def listed(style: str, *items: str, **rest: Any) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": style, "elements": [section(text(item)) for item in items], **rest}


def mrkdwn(value: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": value}


def plain(value: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": value, "emoji": True}


PLAIN: list[Shape] = [
    ("plain words", {"text": "hello"}, "hello"),
    ("a user mention", {"text": "<@U1> look"}, "@Alice Martin look"),
    ("a mention with a label", {"text": "<@U9|bob> look"}, "@bob look"),
    ("a mention of nobody known", {"text": "<@U9>"}, "@U9"),
    ("a channel mention", {"text": "see <#C1|general>"}, "see #general"),
    ("a channel mention without a label", {"text": "see <#C1>"}, "see #general"),
    ("a channel mention with an empty label", {"text": "see <#C2|>"}, "see #C2"),
    ("a user group", {"text": "<!subteam^S1|@ops> help"}, "@ops-team help"),
    ("a user group without a label", {"text": "<!subteam^S1> help"}, "@ops-team help"),
    ("broadcasts", {"text": "<!here> <!channel> <!everyone|everyone>"}, "@here @channel @everyone"),
    ("a bare link", {"text": "<https://a.example/x?a=1&amp;b=2>"}, "https://a.example/x?a=1&b=2"),
    ("a labelled link", {"text": "<https://a.example|the plan>"}, "[the plan](https://a.example)"),
    ("a link that is its own label", {"text": "<http://a.example|a.example>"}, "[a.example](http://a.example)"),
    ("an e-mail address", {"text": "<mailto:a@b.example|a@b.example>"}, "<a@b.example>"),
    ("a telephone number", {"text": "<tel:+331234|+33 1234>"}, "[+33 1234](tel:+331234)"),
    ("a date", {"text": "<!date^1700000000^due {date_num} {time}|soon>"}, "due 2023-11-14 22:13 UTC"),
    (
        "a date that links",
        {"text": "<!date^1700000000^{date_short}^https://a.example|x>"},
        "[Nov 14, 2023](https://a.example)",
    ),
    ("a date that is none", {"text": "<!date^soon^{date}|some day>"}, "some day"),
    ("escaped brackets", {"text": "a &lt;b&gt; &amp; c &amp;lt;"}, "a <b> & c \\&lt;"),
    ("an escaped mention stays text", {"text": "&lt;@U1&gt;"}, "\\<@U1>"),
    ("emoji", {"text": "done :tada: :white_check_mark:"}, "done 🎉 ✅"),
    ("emoji with a skin tone", {"text": ":+1::skin-tone-4:"}, "👍🏽"),
    ("a flag", {"text": ":flag-fr:"}, "🇫🇷"),
    ("a workspace's own emoji", {"text": ":party_parrot:"}, ":party_parrot:"),
    ("times are no emoji", {"text": "from 10:30 to 11:30:15"}, "from 10:30 to 11:30:15"),
    ("marks become those of Markdown", {"text": "*bold* _it_ ~gone~"}, "**bold** _it_ ~~gone~~"),
    ("inline code is untouched", {"text": "run `a :tada: <@U1> &lt;x&gt;`"}, "run `a :tada: <@U1> <x>`"),
    (
        "a code fence keeps its indentation",
        {"text": "```def f():\n    return Vec&lt;String&gt;  # :tada:\n```"},
        "```\ndef f():\n    return Vec<String>  # :tada:\n```",
    ),
    ("an address in code loses its wrapping", {"text": "`curl <https://a.example>`"}, "`curl https://a.example`"),
    ("a quotation", {"text": "&gt; said\nso"}, "> said\n\nso"),
    ("right-to-left text", {"text": "שלום <@U1> مرحبا"}, "שלום @Alice Martin مرحبا"),
    ("unicode beyond the first plane", {"text": "🫠 漢字 👩‍👩‍👧‍👦"}, "🫠 漢字 👩‍👩‍👧‍👦"),
]

RICH: list[Shape] = [
    ("styled text", {"text": "x", "blocks": rich(section(text("a "), text("b", bold=True)))}, "a **b**"),
    ("blanks stay outside the marks", {"blocks": rich(section(text("b ", italic=True), text("c")))}, "_b_ c"),
    ("code in rich text", {"blocks": rich(section(text("a < b", code=True)))}, "`a < b`"),
    (
        "mentions in rich text",
        {
            "blocks": rich(
                section(
                    {"type": "user", "user_id": "U1"},
                    text(" "),
                    {"type": "channel", "channel_id": "C1"},
                    text(" "),
                    {"type": "usergroup", "usergroup_id": "S1"},
                    text(" "),
                    {"type": "broadcast", "range": "here"},
                )
            )
        },
        "@Alice Martin #general @ops-team @here",
    ),
    (
        "emoji in rich text",
        {
            "blocks": rich(
                section({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"}, {"type": "emoji", "name": "corp"})
            )
        },
        "👋🏽:corp:",
    ),
    (
        "a link in rich text",
        {"blocks": rich(section({"type": "link", "url": "https://a.example", "text": "plan"}))},
        "[plan](https://a.example)",
    ),
    (
        "a date in rich text",
        {"blocks": rich(section({"type": "date", "timestamp": 1700000000, "format": "{date}"}))},
        "November 14",
    ),
    ("a bullet list", {"blocks": rich(listed("bullet", "one", "two"))}, "- one\n- two"),
    (
        "nested and numbered lists",
        {
            "blocks": rich(
                listed("ordered", "one"), listed("bullet", "in", indent=1), listed("ordered", "two", offset=1)
            )
        },
        "1. one\n   - in\n2. two",
    ),
    (
        "a quotation in rich text",
        {"blocks": rich({"type": "rich_text_quote", "elements": [text("a\nb")]}, section(text("no")))},
        "> a\n> b\n\nno",
    ),
    (
        "preformatted text",
        {"blocks": rich({"type": "rich_text_preformatted", "elements": [text("if a:\n\tb <@U1> :x:")]})},
        "```\nif a:\n\tb <@U1> :x:\n```",
    ),
]

BOTS: list[Shape] = [
    (
        "an alert in blocks with an empty text",
        {
            "text": "",
            "blocks": [
                {"type": "header", "text": plain(":rotating_light: CPU high")},
                {
                    "type": "section",
                    "text": mrkdwn("*host* web-1"),
                    "fields": [mrkdwn("*Load:*\n9.1"), mrkdwn("Zone\neu")],
                },
                {"type": "divider"},
                {
                    "type": "context",
                    "elements": [{"type": "image", "alt_text": "logo", "image_url": "x"}, mrkdwn("by <@U1>")],
                },
            ],
        },
        "# 🚨 CPU high\n**host** web-1\n**Load:** 9.1\nZone: eu\n\n---\nlogo by @Alice Martin",
    ),
    (
        "blocks win over the fallback text",
        {"text": "This content can't be displayed.", "blocks": [{"type": "section", "text": mrkdwn("real")}]},
        "real",
    ),
    (
        "an approval with buttons",
        {
            "blocks": [
                {"type": "section", "text": mrkdwn("Deploy?"), "accessory": {"type": "button", "text": plain("Go")}},
                {
                    "type": "actions",
                    "elements": [
                        {"type": "button", "text": plain("Logs"), "url": "https://l.example"},
                        {"type": "static_select", "placeholder": plain("Env"), "options": [{"text": plain("prod")}]},
                    ],
                },
            ]
        },
        "Deploy?\n[Go]\n[[Logs](https://l.example)] [Env: prod]",
    ),
    (
        "a table",
        {
            "blocks": [
                {
                    "type": "table",
                    "rows": [
                        [{"type": "raw_text", "text": "a|b"}, {"type": "raw_number", "value": 3}],
                        [rich(section(text("x", bold=True)))[0], {"type": "raw_text", "text": "y"}],
                    ],
                }
            ]
        },
        "| a\\|b | 3 |\n|---|---|\n| **x** | y |",
    ),
    (
        "a video and a call",
        {
            "blocks": [
                {"type": "video", "title": plain("Tour"), "video_url": "https://v.example"},
                {
                    "type": "call",
                    "call": {"v1": {"name": "Weekly", "join_url": "https://z.example", "has_ended": True}},
                },
            ]
        },
        "[video: [Tour](https://v.example)]\n[call ended: [Weekly](https://z.example)]",
    ),
    ("a picture", {"blocks": [{"type": "image", "title": plain("Graph"), "alt_text": "load"}]}, "[image: Graph, load]"),
    ("a markdown block", {"blocks": [{"type": "markdown", "text": "**x** `y`"}]}, "**x** `y`"),
    (
        "a block of a kind not known here",
        {"blocks": [{"type": "card", "title": plain("Ticket 7"), "body": [mrkdwn("open since <@U1>")]}]},
        "Ticket 7\nopen since @Alice Martin",
    ),
    (
        "an older bot's attachment",
        {
            "text": "",
            "subtype": "bot_message",
            "attachments": [
                {
                    "pretext": "New",
                    "author_name": "CI",
                    "title": "Build 7",
                    "title_link": "https://ci.example/7",
                    "text": "failed in `a_b`",
                    "fields": [{"title": "Branch", "value": "main", "short": True}],
                    "footer": "ci.example",
                    "fallback": "never",
                }
            ],
        },
        "New\nCI\n[Build 7](https://ci.example/7)\nfailed in `a_b`\nBranch: main\nci.example",
    ),
    ("an attachment with a fallback only", {"attachments": [{"fallback": "Disk &gt; 90%"}]}, "Disk > 90%"),
    (
        "an attachment of blocks",
        {"text": "", "attachments": [{"color": "#f00", "blocks": [{"type": "section", "text": mrkdwn("down")}]}]},
        "down",
    ),
    (
        "a link preview",
        {
            "text": "<https://a.example>",
            "attachments": [{"from_url": "https://a.example", "title": "A", "text": "About", "footer": "f"}],
        },
        "https://a.example\n> A\n> About",
    ),
    (
        "a shared message",
        {
            "text": "look",
            "attachments": [{"is_msg_unfurl": True, "author_name": "Bob", "text": "the <@U1> thing"}],
        },
        "look\n> Bob\n> the @Alice Martin thing",
    ),
    (
        "a workflow's form",
        {"subtype": "bot_message", "username": "Standup", "blocks": rich(section(text("Yesterday"), text(": tests")))},
        "Yesterday: tests",
    ),
]

EVENTS: list[Shape] = [
    (
        "a huddle",
        {
            "subtype": "huddle_thread",
            "text": "",
            "room": {
                "participant_history": ["U1", "U2"],
                "date_start": 1700000000,
                "date_end": 1700001500,
                "has_ended": True,
            },
        },
        "(huddle of 25 min, ended: Alice Martin, Bob Stone)",
    ),
    (
        "a reply sent to the channel too",
        {"subtype": "thread_broadcast", "text": "done"},
        "(also sent to the channel) done",
    ),
    (
        "somebody joining",
        {"subtype": "channel_join", "text": "<@U1> has joined the channel"},
        "@Alice Martin has joined the channel",
    ),
    ("a deleted message", {"subtype": "tombstone", "text": "", "hidden": True}, "(deleted message)"),
    ("a snippet", {"text": "", "files": [{"name": "a.py", "preview": "x = 1\ny = 2"}]}, "x = 1\ny = 2"),
    (
        "a voice clip",
        {"text": "", "files": [{"name": "clip", "transcription": {"preview": {"content": "see you at ten"}}}]},
        "see you at ten",
    ),
    ("an e-mail", {"text": "", "files": [{"mode": "email", "plain_text": "Dear all,\nno."}]}, "Dear all,\nno."),
]

SHAPES = [*PLAIN, *RICH, *BOTS, *EVENTS]
