"""Sign-in by a code that is typed on another device (RFC 8628), for machines without a browser."""

import time
from collections.abc import Callable

from mcp_chassis.accounts.oauth_tokens import Granted, SignInFailed, granted, posted
from mcp_chassis.cli.sign_in.loopback import Client
from mcp_chassis.sign_in import SignIn

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL_SECONDS = 5.0
SLOWER_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 1800.0


def sign_in_by_device(
    sign_in: SignIn,
    client: Client,
    tell: Callable[[str], object],
    *,
    wait: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Granted:
    """Show the page to open and the code to enter there, and poll until the user has entered it.

    Raises:
        SignInFailed: when the user refuses, the code expires, or the upstream issues no token.
    """
    scopes = {sign_in.scope_parameter: sign_in.scope_separator.join(sign_in.scopes)}
    answer = posted(sign_in.device_url, {"client_id": client.client_id, **scopes})
    try:
        page, code = str(answer["verification_uri"]), str(answer["user_code"])
        form = {**client.form, "grant_type": GRANT_TYPE, "device_code": str(answer["device_code"])}
        interval = float(answer.get("interval") or USUAL_INTERVAL_SECONDS)
        until = clock() + min(float(answer.get("expires_in") or LONGEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
    except (KeyError, TypeError, ValueError) as exc:
        raise SignInFailed(f"{sign_in.title} did not return a device code. Check the device URL.") from exc
    minutes = max(1, round((until - clock()) / 60))
    tell(f"Open {page} on any device and enter the code {code}. This command waits up to {minutes} min for it.")
    while clock() < until:
        wait(interval)
        try:
            return granted(sign_in.token_url, form)
        except SignInFailed as exc:
            if exc.code == "slow_down":
                interval += SLOWER_SECONDS
            elif exc.code != "authorization_pending":
                raise
    raise SignInFailed("The code expired before it was entered. Run the command again.")
