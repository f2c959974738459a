"""Connection strings of hosting providers, in the six forms in which their pages print them."""

from typing import NamedTuple
from urllib.parse import parse_qsl, quote


class Provider(NamedTuple):
    """The parts of one provider's connection string; `words` stand behind the question mark."""

    name: str
    user: str
    host: str
    port: str
    database: str
    words: str = ""


PROVIDERS = (
    Provider("heroku", "ufb4k1l2m3n4o5", "ec2-52-1-2-3.compute-1.amazonaws.com", "5432", "d7t8q9r0s1"),
    Provider("neon", "alex", "ep-cool-darkness-123456.us-east-2.aws.neon.tech", "", "neondb",
             "sslmode=require&channel_binding=require"),
    Provider("neon pooler", "alex", "ep-cool-1-pooler.eu-central-1.aws.neon.tech", "", "neondb",
             "sslmode=require&options=endpoint%3Dep-cool-1"),
    Provider("supabase direct", "postgres", "db.abcdefghijkl.supabase.co", "5432", "postgres"),
    Provider("supabase pooler", "postgres.abcdefghijkl", "aws-0-eu-west-1.pooler.supabase.com", "6543", "postgres"),
    Provider("rds", "app_user", "mydb.c9akciq32.eu-west-1.rds.amazonaws.com", "5432", "app",
             "sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"),
    Provider("aurora", "admin", "a.cluster-x.rds.amazonaws.com,b.cluster-ro-x.rds.amazonaws.com", "5432,5433", "shop",
             "target_session_attrs=read-write&connect_timeout=5"),
    Provider("azure single server", "app@myserver", "myserver.postgres.database.azure.com", "5432", "postgres",
             "sslmode=require"),
    Provider("azure flexible server", "app", "my-flex.postgres.database.azure.com", "5432", "data", "sslmode=require"),
    Provider("cloud sql socket", "app", "/cloudsql/project:europe-west1:instance", "", "app"),
    Provider("digitalocean", "doadmin", "db-postgresql-fra1-12345-do-user-1-0.b.db.ondigitalocean.com", "25060",
             "defaultdb", "sslmode=require"),
    Provider("render", "site_user", "dpg-abc123-a.frankfurt-postgres.render.com", "", "site_db"),
    Provider("railway", "postgres", "monorail.proxy.rlwy.net", "43721", "railway"),
    Provider("fly", "postgres", "app-db.flycast", "5432", "app", "sslmode=disable"),
    Provider("aiven", "avnadmin", "pg-1-project.aivencloud.com", "12691", "defaultdb", "sslmode=require"),
    Provider("cockroachdb", "maxroach", "free-tier.gcp-us-central1.cockroachlabs.cloud", "26257", "defaultdb",
             "sslmode=require&options=--cluster%3Dfunky-1"),
    Provider("timescale", "tsdbadmin", "abc.def.tsdb.cloud.timescale.com", "33333", "tsdb", "sslmode=require"),
    Provider("crunchy bridge", "application", "p.abcdefg.db.postgresbridge.com", "5432", "postgres",
             "application_name=my%20app&keepalives=1&keepalives_idle=30&gssencmode=disable"),
    Provider("yugabytedb", "admin", "us-west1.a-b-c.gcp.ybdb.io", "5433", "yugabyte",
             "ssl_min_protocol_version=TLSv1.2&load_balance_hosts=disable&sslmode=require"),
    Provider("local", "me", "::1", "5433", "my db", "sslmode=prefer&passfile=/tmp/pgpass&tcp_user_timeout=1000"),
)  # fmt: skip
PASSWORD = "p@ss w/rd:%1'\\é"
PLAIN_PASSWORD = "npg_AbC123xYz-._~"


def printed() -> list[tuple[str, str]]:
    """Each provider's string in each form, with its name."""
    forms = (_plain_url, _escaped_url, _short_scheme, _words_alone, _pairs, _quoted_pairs)
    return [(f"{each.name}, {form.__name__[1:]}", form(each)) for each in PROVIDERS for form in forms]


def _authority(provider: Provider) -> str:
    ports = provider.port.split(",")
    hosts = provider.host.split(",")
    places = zip(hosts, ports if len(ports) == len(hosts) else ports * len(hosts), strict=True)
    return ",".join(_place(host) + (f":{port}" if port else "") for host, port in places)


def _place(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("/") else quote(host, safe="")


def _url(provider: Provider, password: str, scheme: str = "postgresql") -> str:
    credentials = f"{quote(provider.user, safe='')}:{quote(password, safe='')}"
    tail = f"?{provider.words}" if provider.words else ""
    return f"{scheme}://{credentials}@{_authority(provider)}/{quote(provider.database, safe='')}{tail}"


def _plain_url(provider: Provider) -> str:
    return _url(provider, PLAIN_PASSWORD)


def _escaped_url(provider: Provider) -> str:
    return _url(provider, PASSWORD)


def _short_scheme(provider: Provider) -> str:
    return _url(provider, PLAIN_PASSWORD, "postgres")


def _words_alone(provider: Provider) -> str:
    own = {"user": provider.user, "password": PASSWORD, "host": provider.host, "port": provider.port}
    words = "&".join(f"{word}={quote(value, safe='')}" for word, value in own.items() if value)
    tail = f"&{provider.words}" if provider.words else ""
    return f"postgresql:///{quote(provider.database, safe='')}?{words}{tail}"


def _pairs(provider: Provider) -> str:
    return " ".join(f"{word}={value}" for word, value in _all_words(provider, PLAIN_PASSWORD) if " " not in value)


def _quoted_pairs(provider: Provider) -> str:
    return " ".join(f"{word} = '{_escaped(value)}'" for word, value in _all_words(provider, PASSWORD))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _all_words(provider: Provider, password: str) -> list[tuple[str, str]]:
    own = [("host", provider.host), ("port", provider.port), ("user", provider.user), ("password", password)]
    return [(word, value) for word, value in [*own, ("dbname", provider.database)] if value] + parse_qsl(provider.words)
