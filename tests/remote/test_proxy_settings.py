"""Settings of the authorization proxy: what stops the start, and that it is off without an issuer."""

from pathlib import Path

import pytest
from mcp_chassis.remote.assembly import application
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.settings import BadSettings
from remote_http import served
from remote_sample import FIRST

GOOD = {
    "MCP_PUBLIC_URL": "https://tools.example.com",
    "MCP_OAUTH_PROXY_ISSUER": "https://tenant.auth0.com/",
    "MCP_OAUTH_PROXY_CLIENT_ID": "client",
    "MCP_OAUTH_PROXY_PEOPLE": "email=*@example.com, groups=mcp-users",
    "MCP_OAUTH_PROXY_PARAMETERS": "audience=https://api.example.com,prompt=consent",
    "MCP_GRANT_KEYS": "a-key-of-thirty-two-characters-or-more",
}
ISSUER = "MCP_OAUTH_PROXY_ISSUER"
BAD = {
    "no client": ({"MCP_OAUTH_PROXY_CLIENT_ID": ""}, f"{ISSUER}: needs MCP_OAUTH_PROXY_CLIENT_ID"),
    "no people": (
        {"MCP_OAUTH_PROXY_PEOPLE": ""},
        f"{ISSUER}: needs MCP_OAUTH_PROXY_PEOPLE, which says who may sign in",
    ),
    "no URL": ({"MCP_PUBLIC_URL": ""}, f"{ISSUER}: needs MCP_PUBLIC_URL"),
    "no keys": ({"MCP_GRANT_KEYS": ""}, f"{ISSUER}: needs MCP_GRANT_KEYS, which encrypt what is stored"),
    "http": ({ISSUER: "http://login.example.com"}, f"{ISSUER}: must be an https URL, or http on this machine"),
    "a URL with a path": (
        {"MCP_PUBLIC_URL": "https://tools.example.com/mcp"},
        "MCP_PUBLIC_URL: must have no path, because this server's issuer is that URL",
    ),
    "another issuer": (
        {"MCP_OAUTH_ISSUER": "https://login.example.com"},
        f"{ISSUER}: replaces MCP_OAUTH_ISSUER and MCP_OAUTH_AUDIENCE: unset them",
    ),
    "a client alone": ({ISSUER: ""}, f"MCP_OAUTH_PROXY_CLIENT_ID: needs {ISSUER}"),
    "a rule without a claim": (
        {"MCP_OAUTH_PROXY_PEOPLE": "*@example.com"},
        "MCP_OAUTH_PROXY_PEOPLE: must be claim=pattern, such as email=*@example.com, or * for everybody",
    ),
    "a parameter without a value": (
        {"MCP_OAUTH_PROXY_PARAMETERS": "prompt"},
        "MCP_OAUTH_PROXY_PARAMETERS: each entry is name=value, such as prompt=consent",
    ),
    "a parameter of the server": (
        {"MCP_OAUTH_PROXY_PARAMETERS": "state=x"},
        "MCP_OAUTH_PROXY_PARAMETERS: state is set by the server itself",
    ),
    "a scheme that runs scripts": (
        {"MCP_OAUTH_PROXY_SCHEMES": "javascript"},
        "MCP_OAUTH_PROXY_SCHEMES: each entry is a private-use scheme in lower case, such as com.example.app",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_an_invalid_setting_stops_the_start_with_one_sentence(kind: str) -> None:
    changed, sentence = BAD[kind]
    with pytest.raises(BadSettings) as refused:
        RemoteSettings.load({**GOOD, **changed})
    assert refused.value.problems == [sentence]


OWN_PARAMETERS = (
    "response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method request "
    "request_uri"
)
SCHEMES_OF_OTHERS = (
    "http https javascript data vbscript file blob about ftp ws wss mailto tel view-source filesystem intent chrome "
    "resource jar"
)


@pytest.mark.parametrize("name", OWN_PARAMETERS.split())
def test_a_parameter_that_the_server_sets_itself_cannot_be_set(name: str) -> None:
    with pytest.raises(BadSettings, match=f"MCP_OAUTH_PROXY_PARAMETERS: {name} is set by the server itself"):
        RemoteSettings.load({**GOOD, "MCP_OAUTH_PROXY_PARAMETERS": f"prompt=consent,{name}=x"})


@pytest.mark.parametrize("scheme", [*SCHEMES_OF_OTHERS.split(), "Com.Example", "x" * 62, "1x", "a b", "a:"])
def test_a_scheme_that_is_not_private_or_none_cannot_be_allowed(scheme: str) -> None:
    with pytest.raises(BadSettings, match="MCP_OAUTH_PROXY_SCHEMES: each entry is a private-use scheme"):
        RemoteSettings.load({**GOOD, "MCP_OAUTH_PROXY_SCHEMES": f"com.example.app,{scheme}"})


def test_private_schemes_and_other_parameters_are_accepted() -> None:
    given = {"MCP_OAUTH_PROXY_SCHEMES": f"cursor,com.example.app,{'x' * 61}", "MCP_OAUTH_PROXY_PARAMETERS": "a=,b=1=2"}
    settings = RemoteSettings.load({**GOOD, **given})
    assert settings.oauth_proxy_schemes == ("cursor", "com.example.app", "x" * 61)
    assert settings.oauth_proxy_parameters == ("a=", "b=1=2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLIENT_ID", "c"),
        ("CLIENT_SECRET", "s"),
        ("PEOPLE", "*"),
        ("SCOPES", "openid"),
        ("PARAMETERS", "a=b"),
        ("SCHEMES", "cursor"),
    ],
)
def test_each_setting_of_the_proxy_needs_an_issuer(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as refused:
        RemoteSettings.load({f"MCP_OAUTH_PROXY_{name}": value})
    assert refused.value.problems == [f"MCP_OAUTH_PROXY_{name}: needs {ISSUER}"]


def test_valid_settings_are_accepted_and_the_server_is_its_own_issuer() -> None:
    settings = RemoteSettings.load(GOOD)
    assert settings.authenticated
    assert settings.token_issuer == "https://tools.example.com"
    assert settings.oauth_proxy_people == ("email=*@example.com", "groups=mcp-users")


def test_the_proxy_cannot_differ_between_the_servers_of_a_process(tmp_path: Path) -> None:
    own = {"MCP_CHASSIS_MCP_OAUTH_PROXY_PEOPLE": "*", "MCP_GRANTS_FILE": str(tmp_path / "grants")}
    name = FIRST.name.removesuffix("-mcp").upper().replace("-", "_")
    variable = f"{name}_MCP_OAUTH_PROXY_PEOPLE"
    with pytest.raises(BadSettings) as refused:
        application({"": FIRST}, {**GOOD, **own, variable: "*"}, InFlightRequests())
    assert refused.value.problems == [
        f"{variable}: cannot differ between the servers of a process with MCP_OAUTH_PROXY_ISSUER"
    ]


async def test_without_an_issuer_no_page_of_the_proxy_is_served() -> None:
    paths = ["/authorize", "/token", "/register", "/revoke", "/oauth/consent", "/oauth/callback"]
    async with served({"": FIRST}, {}) as http:
        found = [(await http.get(path)).status_code for path in paths]
        metadata = await http.get("/.well-known/oauth-authorization-server")
    assert found == [404] * 6
    assert metadata.status_code == 404


async def test_the_metadata_name_this_server_and_what_it_supports(tmp_path: Path) -> None:
    env = {**GOOD, "MCP_GRANTS_FILE": str(tmp_path / "grants")}
    async with served({"": FIRST}, env) as http:
        metadata = (await http.get("/.well-known/oauth-authorization-server")).json()
        resource = (await http.get("/.well-known/oauth-protected-resource/mcp")).json()
        other_host = await http.get("/authorize", headers={"host": "evil.example"})
        wrong_method = await http.get("/token")
    url = "https://tools.example.com"
    methods = ["none", "client_secret_post", "client_secret_basic"]
    assert metadata == {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "registration_endpoint": f"{url}/register",
        "revocation_endpoint": f"{url}/revoke",
        "scopes_supported": ["read", "write", "destructive", "resources", "prompts"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
    }
    assert (resource["resource"], resource["authorization_servers"]) == (f"{url}/mcp", [url])
    assert [other_host.status_code, wrong_method.status_code] == [421, 405]


async def test_pages_of_an_allowed_origin_may_register_and_read_the_metadata_and_others_may_not(tmp_path: Path) -> None:
    origin = "https://inspector.example.com"
    env = {**GOOD, "MCP_GRANTS_FILE": str(tmp_path / "grants"), "MCP_ALLOWED_ORIGINS": origin}
    preflight = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    allowed: dict[str, list[str]] = {}
    async with served({"": FIRST}, env) as http:
        for sender in (origin, "https://evil.example"):
            responses = [
                await http.get("/.well-known/oauth-authorization-server", headers={"origin": sender}),
                await http.post("/register", json={}, headers={"origin": sender}),
                await http.options("/token", headers={"origin": sender, **preflight}),
            ]
            allowed[sender] = [response.headers.get("access-control-allow-origin", "") for response in responses]
    assert allowed == {origin: [origin] * 3, "https://evil.example": [""] * 3}
