"""The password proof by pycognito's arithmetic, for flows that pycognito itself does not drive."""

from dataclasses import dataclass
from typing import Any

from pycognito.aws_srp import AWSSRP


@dataclass(frozen=True)
class Credentials:
    """Who signs in, where, and with which app client."""

    pool_id: str
    client_id: str
    username: str
    password: str
    client_secret: str | None = None


def prover(idp: Any, credentials: Credentials) -> AWSSRP:
    """pycognito's SRP client for these credentials."""
    return AWSSRP(
        username=credentials.username,
        password=credentials.password,
        pool_id=credentials.pool_id,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        client=idp,
    )


def start_custom_auth(idp: Any, credentials: Credentials) -> dict[str, Any]:
    """CUSTOM_AUTH with the password first, up to the server's answer to the password proof."""
    srp = prover(idp, credentials)
    parameters = {**srp.get_auth_params(), "CHALLENGE_NAME": "SRP_A"}
    asked = idp.initiate_auth(
        AuthFlow="CUSTOM_AUTH", ClientId=credentials.client_id, AuthParameters=parameters
    )
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    return idp.respond_to_auth_challenge(
        ClientId=credentials.client_id,
        ChallengeName="PASSWORD_VERIFIER",
        Session=asked["Session"],
        ChallengeResponses=srp.process_challenge(asked["ChallengeParameters"], parameters),
    )


def answer_code(
    idp: Any, credentials: Credentials, challenge: dict[str, Any], code: str, **more: Any
) -> dict[str, Any]:
    """Answers a CUSTOM_CHALLENGE with a code."""
    username = challenge["ChallengeParameters"]["USERNAME"]
    responses = {"USERNAME": username, "ANSWER": code}
    if credentials.client_secret:
        responses["SECRET_HASH"] = AWSSRP.get_secret_hash(
            username, credentials.client_id, credentials.client_secret
        )
    return idp.respond_to_auth_challenge(
        ClientId=credentials.client_id,
        ChallengeName="CUSTOM_CHALLENGE",
        Session=challenge["Session"],
        ChallengeResponses=responses,
        **more,
    )


def wrong_code(code: str) -> str:
    """A code that is surely not this one."""
    return str((int(code[0]) + 1) % 10) + code[1:]
