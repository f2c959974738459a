"""A world of ordinary size and wording, on which tokens, bytes and requests are measured."""

import random

from github_world import Release, Repository, World

NOW = 1_795_000_000.0
TOKEN = "ghp_seededworldtoken0000000000000000000"

REPOSITORIES = """
acme/atlas|TypeScript|A map library that draws a million points without dropping a frame|maps,webgl,visualization
acme/beacon|Go|Health checks and alerts for small fleets|monitoring,alerting
acme/chisel|Rust|Shape JSON and CSV on the command line|cli,json,csv
acme/dockhand|Python|Deploy compose files to several hosts at once|docker,deployment
acme/ember|JavaScript|Tiny state container for web apps|state-management,frontend
acme/ferry|Go|Copy databases between clouds with no downtime|postgresql,migration
acme/gantry|Python|Workflow engine for scientific pipelines|workflow,science
acme/harbor-light|Vue|Dashboard for container registries|docker,registry,dashboard
acme/inkwell|Ruby|A static site generator for books|static-site,markdown
acme/jetty|Java|Embeddable web server with HTTP/3 support|http-server,http3
acme/kestrel|C++|Columnar query engine for analytics|database,sql,analytics
acme/lantern|Kotlin|Offline-first notes for Android|android,notes
acme/meridian|Python|Time zones and calendars done right|datetime,timezone
acme/nimbus|TypeScript|Serverless functions on your own machines|serverless,self-hosted
acme/orchard|Swift|Garden planner for iOS and macOS|ios,swiftui
acme/pipit|Rust|An audio synthesis toolkit|audio,dsp
acme/quarry|Scala|Find duplicate files across buckets|s3,deduplication
acme/rivulet|Python|Streaming feature extraction for time series|machine-learning,streaming
acme/sextant|C|Position from stars for small boats|astronomy,navigation
acme/tinder-box|Shell|Bootstraps a laptop for development|dotfiles,setup
acme/umbra|TypeScript|Dark themes generated from one colour|css,themes
acme/vellum|Elixir|Collaborative text editor|editor,crdt,phoenix
acme/windlass|Go|Rolling restarts for anything with a health check|devops
acme/xylem|Haskell|A parser for plant genome annotations|bioinformatics,parser
acme/yarrow|PHP|Newsletter manager with double opt-in|email,newsletter
acme/zephyr-ui|TypeScript|Accessible components without a framework|web-components,a11y
acme/anchor|Rust|Backup tool with deduplication and encryption|backup,encryption
acme/bramble|Python|Web crawler that respects robots.txt|crawler,scraping
acme/cinder|C#|Game engine for pixel art|gamedev,engine
acme/drift|Go|Detects configuration drift in Kubernetes|kubernetes,gitops
""".strip().splitlines()

TITLES = """
Reader crashes on an empty file
Add support for Windows line endings
Typo in the installation guide
Memory grows while watching many folders
Time zone of exported events is always UTC
Allow several output formats at once
Dark mode ignores the system setting
Upgrade to Python 3.13
Race between close() and pending writes
Search returns deleted items
Document the retry policy
Error message does not name the file
Slow start with a large cache
Support proxy authentication
Keyboard navigation skips the last row
Flaky test: test_rotation_keeps_order
Feature request: dry run
Broken link on the download page
Progress bar jumps back to zero
Negative numbers are parsed as flags
Crash when the disk is full
Translate the interface into Polish
Config file is read twice
Cannot install on Alpine
Improve the output of --help
Wrong exit code after a partial failure
Deprecate the old plugin interface
Cache is not shared between workers
Unicode names are cut in the table view
Release 2.0 checklist
""".strip().splitlines()

PEOPLE = ["mira", "tobias-k", "octocat", "lena42", "jsmith", "dependabot[bot]"]
LABELS = [["bug"], ["enhancement"], ["documentation"], ["bug", "high priority"], [], ["question"]]


def seeded() -> World:
    """The same world every time: 30 repositories, one with issues, folders, releases and pull requests."""
    chance = random.Random(7)
    world = World(lambda: NOW)
    world.tokens[TOKEN] = "mira"
    for line in REPOSITORIES:
        name, language, description, topics = line.split("|")
        age = chance.randrange(86_400 * 400)
        repository = world.repository(name, language=language, description=description, topics=topics.split(","))
        repository.stars, repository.forks = chance.randrange(50, 60_000), chance.randrange(5, 4_000)
        repository.updated, repository.created = NOW - age, NOW - age - 86_400 * chance.randrange(900, 2_000)
    _fill(world, world.repositories["acme/gantry"], chance)
    return world


def _fill(world: World, repository: Repository, chance: random.Random) -> None:
    repository.licence, repository.languages = "Apache-2.0", {"Python": 912_340, "Cython": 40_210, "Shell": 8_200}
    files: dict[str, bytes | None] = {"README.md": b"# Gantry\n\nA workflow engine.\n", "LICENSE": b"Apache\n"}
    for index in range(26):
        files[f"src/gantry/{MODULES[index]}.py"] = module(MODULES[index], chance).encode()
    files |= {
        "src/gantry/__init__.py": b"",
        "src/gantry/py.typed": b"",
        "src/gantry/io/csv.py": b"",
        "src/gantry/web/app.py": b"",
    }
    world.commit(repository, files, "Import the engine", author="mira")
    messages = [
        "Keep the order of retried steps (#218)",
        "Docs: how to write a plugin",
        "Fix a race in the scheduler (#214)",
    ]
    for message in [*messages, "Bump the lock file", "Release 1.4.2"]:
        world.commit(repository, {"CHANGES.md": message.encode()}, message, author=chance.choice(PEOPLE[:4]))
    repository.releases.append(
        Release(next(world.ids), "v1.4.2", "1.4.2", "Fixes.", world.user("mira"), NOW - 86_400 * 12)
    )
    for index, title in enumerate(TITLES):
        at = NOW - 86_400 * (len(TITLES) - index) - chance.randrange(80_000)
        issue = world.issue(
            repository, title, f"{title}. " * 12, author=PEOPLE[index % 6], at=at, labels=LABELS[index % 6]
        )
        for _ in range(chance.randrange(5)):
            world.comment(issue, "I see this as well.", chance.choice(PEOPLE))
        issue.updated = at + chance.randrange(80_000)


MODULES = """
api batch cache cli clock config dag engine errors events graph hooks jobs
limits locks logs metrics nodes plans plugins pool queue retry runner state steps
""".split()  # noqa: SIM905 - a list of literals would take a line each


def module(name: str, chance: random.Random, size: int = 3_500) -> str:
    """Plain Python of about `size` bytes."""
    text = (
        f'"""The {name} of the engine."""\n\nfrom collections.abc import Iterator\nfrom dataclasses import dataclass\n'
    )
    number = 0
    while len(text) < size - 300:
        verb, noun = chance.choice(VERBS), chance.choice(NOUNS)
        text += FUNCTION.format(verb=verb, noun=noun, number=number, limit=chance.randrange(2, 90))
        number += 1
    return text + "\n" + "# end of the module\n" * ((size - len(text)) // 20)


VERBS = ["collect", "release", "split", "merge", "rank", "expire", "resume", "count"]
NOUNS = ["steps", "workers", "batches", "events", "leases", "inputs"]
FUNCTION = '''

def {verb}_{noun}_{number}({noun}: list[str], limit: int = {limit}) -> Iterator[str]:
    """Give at most `limit` {noun}, the oldest first."""
    for index, each in enumerate(sorted({noun})):
        if index >= limit:
            return
        yield each.strip()
'''
