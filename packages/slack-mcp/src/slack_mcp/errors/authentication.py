"""Failures for error codes of Slack about tokens and signing in."""

from collections.abc import Mapping

from mcp_chassis.failures import AuthenticationFailed

from slack_mcp.errors.meaning import ASK_OPERATOR, Meaning

_ROTATION = (
    "Tokens that rotate live twelve hours: ask the person who runs this server for a new one, or to set "
    "SLACK_REFRESH_TOKEN with SLACK_CLIENT_ID and SLACK_CLIENT_SECRET; do not retry."
)

AUTHENTICATION_ERRORS: Mapping[str, Meaning] = {
    "account_inactive": Meaning(AuthenticationFailed, "{token} belongs to an account that was removed from Slack."),
    "bad_client_secret": Meaning(
        AuthenticationFailed, "Slack rejected the app's client secret in SLACK_CLIENT_SECRET."
    ),
    "bad_token": Meaning(AuthenticationFailed, "Slack does not accept {token} for this method."),
    "invalid_auth": Meaning(
        AuthenticationFailed, "Slack rejected {token}, or does not allow this server's IP address.", ASK_OPERATOR
    ),
    "invalid_client_id": Meaning(AuthenticationFailed, "Slack rejected the app's client id in SLACK_CLIENT_ID."),
    "invalid_refresh_token": Meaning(
        AuthenticationFailed, "Slack rejected SLACK_REFRESH_TOKEN: a refresh token can be used only once."
    ),
    "not_authed": Meaning(AuthenticationFailed, "Slack requires a token, and {token} is not set."),
    "token_expired": Meaning(AuthenticationFailed, "{token} has expired.", _ROTATION),
    "token_revoked": Meaning(AuthenticationFailed, "{token} was revoked."),
    "two_factor_setup_required": Meaning(
        AuthenticationFailed, "The account of {token} must set up two-factor authentication before it may call Slack."
    ),
    "invalid_token": Meaning(AuthenticationFailed, "Slack does not accept {token} for this method.", None),
    "not_bearer_token": Meaning(AuthenticationFailed, "Slack does not accept {token} for this method.", None),
    "bad_redirect_uri": Meaning(
        AuthenticationFailed,
        "Slack rejected the sign-in: its redirect URL differs from the one that the app registered.",
        ASK_OPERATOR,
    ),
    "cannot_install_an_org_installed_app": Meaning(
        AuthenticationFailed,
        "The organisation has installed the app already, so a single workspace cannot install it.",
        ASK_OPERATOR,
    ),
    "invalid_code": Meaning(
        AuthenticationFailed,
        "Slack rejected the authorization code of the sign-in: it has expired or was used before.",
        "Sign in again.",
    ),
    "invalid_code_verifier": Meaning(
        AuthenticationFailed, "Slack rejected the PKCE code verifier of the sign-in.", "Sign in again."
    ),
    "no_scopes": Meaning(AuthenticationFailed, "The sign-in requested no scopes.", ASK_OPERATOR),
    "oauth_authorization_url_mismatch": Meaning(
        AuthenticationFailed,
        "The sign-in began at another authorization URL than the one Slack requires for the app.",
        ASK_OPERATOR,
    ),
    "pkce_not_allowed": Meaning(
        AuthenticationFailed, "The app is not allowed to use PKCE for signing in.", ASK_OPERATOR
    ),
    "user_email_unverified": Meaning(
        AuthenticationFailed,
        "The person who signs in has not confirmed the e-mail address with Slack.",
        "Confirm the address in Slack, then sign in again.",
    ),
}
