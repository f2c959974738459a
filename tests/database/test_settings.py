"""Settings of databases from environment variables: names, URLs, limits, secrets."""

from pathlib import Path

import pytest
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp_chassis.pipeline.diagnostics import missing_settings
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import connected


def test_without_settings_the_embedded_database_is_used():
    targets = DatabaseSettings.load({}).targets()
    assert [(target.name, target.embedded) for target in targets] == [("embedded", True)]


@pytest.mark.parametrize("environment", [{}, {"DB_HOST": "db"}, {"DATABASE_URL_SALES": "postgresql://a/a"}])
def test_no_database_setting_is_reported_as_missing(environment: dict[str, str]):
    assert missing_settings(DatabaseSettings.load(environment)) == []


def test_databases_are_named_after_their_variables_with_the_default_first(tmp_path):
    (tmp_path / "url").write_text("postgresql://c/c\n")
    environment = {
        "DATABASE_URL_B_TWO": "postgres://b/b",
        "DATABASE_URL": "postgresql://a/a",
        "DATABASE_URL_C_FILE": str(tmp_path / "url"),
        "DATABASE_DESCRIPTION_B_TWO": "The second",
        "DATABASE_SCHEMAS": "x, y",
        "DATABASE_SCHEMAS_C": "z",
        "DATABASE_POOL_MAX_B_TWO": "2",
        "DATABASE_POOL_MIN": "3",
        "DATABASE_WRITABLE": "b_two",
        "DATABASE_WORK_MEM_C": "8MB",
        "DATABASE_ALLOWED_FUNCTIONS": "pg_sleep",
    }
    default, two, c = DatabaseSettings.load(environment).targets()
    assert [default.name, two.name, c.name] == ["default", "b_two", "c"]
    assert (two.description, default.description) == ("The second", "")
    assert (default.rules.schemas, c.rules.schemas) == (("x", "y"), ("z",))
    assert (two.limits.pool_min, two.limits.pool_max, default.limits.pool_max) == (2, 2, 5)
    assert (two.writable, default.writable, c.limits.work_mem) == (True, False, "8MB")
    assert default.rules.functions == {"pg_sleep"}


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"DB_HOST": "db"}, "postgresql://postgres@db:5432/postgres"),
        ({"DB_NAME": "x"}, "postgresql://postgres@localhost:5432/x"),
        ({"DB_PORT": "6000", "DB_USER": "a@b"}, "postgresql://a%40b@localhost:6000/postgres"),
        ({"DB_PASSWORD": "p/w:@"}, "postgresql://postgres:p%2Fw%3A%40@localhost:5432/postgres"),
        ({"DB_HOST": "::1"}, "postgresql://postgres@[::1]:5432/postgres"),
        ({"DB_HOST": "/run/pg"}, "postgresql://postgres@%2Frun%2Fpg:5432/postgres"),
        ({"DB_HOST": "db", "DATABASE_URL": "postgresql://a/b"}, "postgresql://a/b"),
    ],
)
def test_a_database_url_can_be_given_in_parts(environment: dict[str, str], url: str):
    (target,) = DatabaseSettings.load(environment).targets()
    assert target.dsn.get_secret_value() == url


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DATABASE_URL": "mysql://secret@h/d"}, "DATABASE_URL: must be a postgresql:// URL"),
        ({"DATABASE_URL": "postgresql://u:secret@h:port/d"}, "DATABASE_URL: must be a postgresql:// URL"),
        ({"DATABASE_URL_X": "http://secret"}, "DATABASE_URL_X: must be a postgresql:// URL"),
        ({"DATABASE_URL_X_FILE": "/no/such/secret"}, "DATABASE_URL_X_FILE: the file cannot be read"),
        ({"DB_PORT": "secret"}, "DB_PORT: "),
        ({"DATABASE_WORK_MEM": "secret; DROP"}, "DATABASE_WORK_MEM: must be a size such as 16MB"),
        ({"DATABASE_URL_X": "postgresql://h/d", "DATABASE_POOL_MAX_X": "secret"}, "DATABASE_POOL_MAX_X: "),
        ({"DATABASE_WRITABLE": "other"}, "DATABASE_WRITABLE: names a database that does not exist"),
    ],
)
def test_an_invalid_setting_error_has_the_variable_and_rule_but_not_the_value(environment: dict[str, str], told: str):
    with pytest.raises(BadSettings) as refused:
        DatabaseSettings.load(environment)
    assert told in str(refused.value)
    assert "secret" not in str(refused.value).replace("/no/such/secret", "")


def test_a_database_url_is_read_from_a_file_a_command_or_pairs(tmp_path: Path):
    (tmp_path / "url").write_text("postgresql://c/c\n")
    environment = {
        "DATABASE_URL_FILE": str(tmp_path / "url"),
        "DATABASE_URL_A_COMMAND": "echo postgresql://a/a",
        "DATABASE_URL_B": " host=b user='u v' dbname=d ",
    }
    targets = DatabaseSettings.load(environment).targets()
    commanded = DatabaseSettings.load({"DATABASE_URL_COMMAND": "echo postgresql://d/d"}).targets()
    assert [(target.name, target.dsn.get_secret_value()) for target in (*targets, *commanded) if target.dsn] == [
        ("default", "postgresql://c/c"),
        ("a", "postgresql://a/a"),
        ("b", "host=b user='u v' dbname=d"),
        ("default", "postgresql://d/d"),
    ]


@pytest.mark.parametrize("variable", ["DATABASE_URL_COMMAND", "DATABASE_URL_X_COMMAND"])
@pytest.mark.parametrize(("command", "told"), [("false", "exited with code 1"), ("echo nothing", "")])
def test_a_command_without_a_valid_url_is_reported_by_its_variable(variable: str, command: str, told: str):
    with pytest.raises(BadSettings) as refused:
        DatabaseSettings.load({variable: command})
    assert told in str(refused.value)
    assert variable.removesuffix("_COMMAND") in str(refused.value)


def test_every_dsn_and_its_password_are_registered_as_secrets():
    settings = DatabaseSettings.load({"DATABASE_URL_X": "postgresql://u:p%40ss@h/d", "DB_PASSWORD": "other"})
    assert {"postgresql://u:p%40ss@h/d", "p%40ss", "p@ss", "other"} <= set(settings.secrets())
    assert "p%40ss" not in repr(settings.targets())


async def test_pool_settings_are_applied_in_postgresql(shop: str):
    env = {"DATABASE_URL": shop, "DATABASE_WORK_MEM": "7MB", "DATABASE_RANDOM_PAGE_COST": "1.25"}
    query = (
        "SELECT current_setting('work_mem'), current_setting('random_page_cost'), current_setting('statement_timeout')"
    )
    async with connected(SERVER, env=env) as client:
        answer = await client.call_tool("execute_query", {"query": query, "timeout_seconds": 12})
    assert answer.structured_content["rows"] == [["7MB", "1.25", "12s"]]


def test_variables_of_all_databases_are_read_and_their_urls_are_secret():
    environment = {
        "DATABASE_URL_SALES": "postgresql://me:secret@h/sales",
        "DATABASE_URL_STAFF_FILE": "/run/secrets/staff",
        "DATABASE_POOL_MAX_SALES": "7",
        "OTHER": "1",
    }
    read = DatabaseSettings.variables_read(environment)
    assert {name: field for name, field in read.items() if name.endswith(("_SALES", "_STAFF"))} == {
        "DATABASE_URL_SALES": "url",
        "DATABASE_URL_STAFF": "url",
        "DATABASE_POOL_MAX_SALES": "pool_max",
    }
    assert "OTHER" not in read
    assert read["DATABASE_URL"] == "url"
