"""A small company's workspace: three busy channels, threads, bots, reactions. The same data every time."""

from random import Random
from typing import Any

from scripted_slack_places import Channel
from scripted_slack_workspace import Workspace

PEOPLE = (
    ("U0AMELIE1", "amelie", "Amélie Laurent", "Head of Platform"),
    ("U0BENOIT1", "ben", "Ben Okafor", "Engineer"),
    ("U0CHIARA1", "chiara", "Chiara Russo", "Engineer"),
    ("U0DMITRI1", "dmitri", "Dmitri Volkov", "SRE"),
    ("U0ELENA01", "elena", "Elena Petrova", "Product Manager"),
    ("U0FATIMA1", "fatima", "Fatima Zahra", "Support Lead"),
    ("U0GEORG01", "georg", "Georg Huber", "Designer"),
    ("U0HANA001", "hana", "Hana Sato", "Data Scientist"),
)
RELEASE = (
    "Build 412 is green on staging, I will start the rollout at 14:00 unless somebody objects.",
    "Payments smoke tests passed, 212 of 212. :tada:",
    "Can somebody look at the flaky login test? It failed twice today on `test_session_refresh`.",
    "<@U0BENOIT1> I think it is the clock in the container, see <https://ci.acme.example/run/8812|run 8812>.",
    "Confirmed, the fix is in review: <https://git.acme.example/app/pull/3391|#3391>",
    "Rollout at 10 %, error rate flat, p95 at 180 ms.",
    "25 % now. Nothing unusual in the logs.",
    "I see a small rise in 499s from the mobile gateway, watching it.",
    "That was my load test, sorry. Stopped.",
    "50 %, still fine. Next step after lunch.",
    "Release notes are drafted, please comment: <https://docs.acme.example/rel/412>",
    "Two typos fixed, otherwise good to go from product.",
    "100 % and done. Thanks everybody!",
)
INCIDENT = (
    "Checkout is slow for customers in Brazil, tickets are coming in.",
    "Looking. The edge in São Paulo has 3x latency since 09:12 UTC.",
    "```\nGET /cart 200 2.41s\nGET /cart 200 2.87s\nPOST /pay 504 10.0s\n```",
    "Provider says they lost a link and are rerouting, ETA 20 minutes.",
    "I moved Brazil to Miami, latency is back to 240 ms.",
    "Tickets have stopped. I will write to the eleven customers who were charged twice.",
    "Postmortem on Monday at 10, I will send the invitation.",
)
SUPPORT = (
    "Customer Globex asks whether exports can hold more than 10,000 rows.",
    "Not today, it is planned for Q1. They can page through the API meanwhile.",
    "Thanks, I will tell them. Do we have an example?",
    "Yes: <https://docs.acme.example/api/paging>",
    "Refund for order 88123 is approved, who can book it?",
    "Done, it shows tomorrow.",
)
EMOJI = ("+1", "white_check_mark", "eyes", "tada", "heart")


def seeded(workspace: Workspace) -> dict[str, Channel]:
    """Fill a workspace with what was said since yesterday; gives its channels by name."""
    dice = Random(5)
    for identity, handle, name, title in PEOPLE:
        workspace.add_person(identity, handle, name, title=title, email=f"{handle}@acme.example")
    channels = {
        name: workspace.add_channel(f"C0{name.upper()[:7]:0<7}", name, topic=topic)
        for name, topic in (
            ("release", "Release 412"),
            ("incidents", "What burns"),
            ("support", "Customers' questions"),
        )
    }
    clock = workspace.clock() - 86_400
    for name, texts, count in (("release", RELEASE, 50), ("incidents", INCIDENT, 14), ("support", SUPPORT, 18)):
        for number in range(count):
            clock += dice.uniform(30, 900)
            _say(workspace, channels[name], texts[number % len(texts)], f"{clock:.6f}", dice)
    _threads(workspace, channels, dice)
    return channels


def _say(workspace: Workspace, channel: Channel, text: str, ts: str, dice: Random) -> None:
    rest: dict[str, Any] = {"client_msg_id": f"{dice.getrandbits(64):x}"}
    if dice.random() < 0.3:
        voters = dice.sample([person[0] for person in PEOPLE], dice.randint(1, 3))
        rest["reactions"] = [{"name": dice.choice(EMOJI), "count": len(voters), "users": voters}]
    if dice.random() < 0.08:
        rest["edited"] = {"user": "U0AMELIE1", "ts": ts}
    workspace.say(channel, dice.choice(PEOPLE)[0], text, ts, **rest)


def _threads(workspace: Workspace, channels: dict[str, Channel], dice: Random) -> None:
    """Replies under every seventh message, and one question that nobody has answered."""
    for channel in channels.values():
        for parent in list(channel.messages)[::7]:
            for number in range(dice.randint(1, 3)):
                stamp = f"{float(parent['ts']) + 20 * (number + 1):.6f}"
                _say_in(workspace, channel, parent["ts"], dice.choice(("On it.", "Agreed.", "Done.")), stamp, dice)
    question = "Does the migration lock the orders table? I need to know before 16:00."
    asked = f"{float(channels['release'].messages[-1]['ts']) + 60:.6f}"
    workspace.say(channels["release"], "U0FATIMA1", question, asked)
    channels["release"].messages.pop(0)


def _say_in(workspace: Workspace, channel: Channel, thread: str, text: str, ts: str, dice: Random) -> None:
    workspace.say(channel, dice.choice(PEOPLE)[0], text, ts, thread_ts=thread)
