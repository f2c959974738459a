"""Which forms of a secret are removed, and what is left alone."""

import asyncio
import base64
import json
from urllib.parse import quote

import pytest
from mcp_chassis.telemetry.redaction import REMOVED, Redactor, add_call_secret, call_secrets, scrub, scrub_log

SECRET = "s3cr\u00e9t/+=\"token'\\"


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.register(SECRET)
    return redactor


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SECRET))[3:-3],
        repr(SECRET)[1:-1],
    ],
)
def test_every_form_is_removed_and_its_surroundings_stay(redactor: Redactor, form: str) -> None:
    assert redactor.scrub(f"before {form} after") == f"before {REMOVED} after"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_removed_wherever_the_secret_begins_in_it(redactor: Redactor, before: str, encode: object) -> None:
    assert callable(encode)
    token = encode(f"{before}{SECRET}".encode()).decode()
    scrubbed = redactor.scrub(f"Basic {token}")
    assert REMOVED in scrubbed
    assert len(scrubbed.replace(REMOVED, "").replace("Basic ", "")) < 12


def test_a_text_without_secrets_is_returned_as_the_same_object(redactor: Redactor) -> None:
    text = "nothing here " * 3
    assert redactor.scrub(text) is text
    assert redactor.scrub_log(text) is text


def test_the_password_in_a_url_is_a_secret_by_itself() -> None:
    redactor = Redactor()
    redactor.register("postgresql://app:pa%2Fss-w0rd@db.example:5432/shop")
    assert redactor.scrub("refused pa/ss-w0rd") == f"refused {REMOVED}"
    assert redactor.scrub("refused pa%2Fss-w0rd") == f"refused {REMOVED}"
    assert redactor.scrub("db.example:5432 app") == "db.example:5432 app"


def test_a_password_that_is_a_word_is_removed_from_logs_but_not_from_results() -> None:
    redactor = Redactor()
    redactor.register("postgresql://postgres:postgres@localhost/postgres")
    assert redactor.scrub("the database postgres") == "the database postgres"
    assert redactor.scrub_log("the database postgres") == f"the database {REMOVED}"


def test_each_line_of_a_private_key_is_removed_and_its_frame_stays() -> None:
    body = "MIIEowIBAAKCAQEA3kq"
    redactor = Redactor()
    redactor.register(f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----")
    assert redactor.scrub(f"line: {body}") == f"line: {REMOVED}"
    assert redactor.scrub("-----BEGIN RSA PRIVATE KEY-----") == "-----BEGIN RSA PRIVATE KEY-----"


@pytest.mark.parametrize("nothing", ["", "   ", "abc"])
def test_a_value_too_short_for_a_secret_is_not_redacted(nothing: str) -> None:
    redactor = Redactor()
    redactor.register(nothing)
    assert redactor.scrub_log("a b c abc") == "a b c abc"


def test_a_broken_url_is_a_secret_as_a_whole() -> None:
    redactor = Redactor()
    redactor.register("https://[broken-canary")
    assert redactor.scrub("x https://[broken-canary y") == f"x {REMOVED} y"


def test_a_secret_inside_a_longer_secret_leaves_no_rest() -> None:
    redactor = Redactor()
    redactor.register("canary-short-1")
    redactor.register("canary-short-1-and-longer-2")
    assert redactor.scrub("x canary-short-1-and-longer-2") == f"x {REMOVED}"


def test_a_secret_of_a_call_is_removed_in_that_call_and_in_its_tasks_alone() -> None:
    secret = "gho_a-token-of-one-caller"

    async def in_a_task() -> str:
        add_call_secret(secret)
        return scrub(f"task {secret}")

    async def call() -> tuple[str, str, str]:
        with call_secrets():
            task = await asyncio.create_task(in_a_task())
            return task, scrub(f"call {quote(secret)}"), scrub_log(f"log {secret}")

    assert asyncio.run(call()) == (f"task {REMOVED}", f"call {REMOVED}", f"log {REMOVED}")
    add_call_secret(secret)
    assert scrub(secret) == secret


@pytest.mark.parametrize(
    ("secret", "in_logs", "in_results"),
    [
        ("x1z", False, False),
        ("x1z4", True, False),
        ("x1z4567", True, False),
        ("x1z45678", True, True),
        ("abcdefghijk", True, False),
        ("abcdefghijkl", True, True),
        ("Abcdefghijk", True, True),
        (" x1z45678 ", True, True),
    ],
)
def test_a_secret_is_removed_from_logs_from_4_and_from_results_from_8_characters_unless_it_is_a_word(
    secret: str, in_logs: bool, in_results: bool
) -> None:
    redactor = Redactor()
    redactor.register(secret)
    text = f"<{secret.strip()}>"
    assert redactor.scrub_log(text) == (f"<{REMOVED}>" if in_logs else text)
    assert redactor.scrub(text) == (f"<{REMOVED}>" if in_results else text)


@pytest.mark.parametrize(("length", "removed"), [(15, False), (16, True)])
def test_a_line_of_a_key_is_removed_from_16_characters(length: int, removed: bool) -> None:
    redactor = Redactor()
    line = "A1" * 10
    redactor.register(f"{line[:length]}\n{'B2' * 10}")
    assert (REMOVED in redactor.scrub(f"<{line[:length]}>")) is removed


def test_a_secret_with_half_of_a_surrogate_pair_is_removed() -> None:
    redactor = Redactor()
    redactor.register("canary\ud83d-1234")
    assert redactor.scrub("x canary\ud83d-1234 y") == f"x {REMOVED} y"
