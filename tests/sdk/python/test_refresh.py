"""What happens after a sign-in: refresh, rotation, revocation, sign-out."""

import jwt
import pytest
from blackbox import errors
from blackbox.pool import FLOWS
from blackbox.srp import prover


def sign_in(idp, credentials):
    """USER_SRP_AUTH by pycognito, which needs no code."""
    return prover(idp, credentials).authenticate_user(idp)["AuthenticationResult"]


def refresh(idp, client, token, flow="REFRESH_TOKEN_AUTH", **parameters):
    return idp.initiate_auth(
        AuthFlow=flow, ClientId=client["ClientId"], AuthParameters={"REFRESH_TOKEN": token, **parameters}
    )["AuthenticationResult"]


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
def test_a_refresh_token_gives_new_tokens_and_not_itself(idp, pool, client, user, flow):
    first = sign_in(idp, pool.credentials(client, user))
    second = refresh(idp, client, first["RefreshToken"], flow)
    assert "RefreshToken" not in second
    old, new = claims(first["AccessToken"]), claims(second["AccessToken"])
    assert new["jti"] != old["jti"]
    assert (new["origin_jti"], new["auth_time"]) == (old["origin_jti"], old["auth_time"])


def test_get_tokens_from_refresh_token_does_the_same(idp, pool, client, user):
    first = sign_in(idp, pool.credentials(client, user))
    answer = idp.get_tokens_from_refresh_token(RefreshToken=first["RefreshToken"], ClientId=client["ClientId"])
    assert set(answer["AuthenticationResult"]) == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}


def test_with_rotation_a_refresh_token_is_replaced_and_its_reuse_refused(idp, pool, user):
    flows = [flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    client = pool.client(ExplicitAuthFlows=flows, RefreshTokenRotation=rotation)
    first = sign_in(idp, pool.credentials(client, user))["RefreshToken"]
    call = {"ClientId": client["ClientId"]}
    second = idp.get_tokens_from_refresh_token(RefreshToken=first, **call)["AuthenticationResult"]["RefreshToken"]
    assert second != first
    with pytest.raises(idp.exceptions.RefreshTokenReuseException):
        idp.get_tokens_from_refresh_token(RefreshToken=first, **call)


def test_within_the_grace_period_the_old_token_still_works(idp, pool, user):
    flows = [flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    client = pool.client(ExplicitAuthFlows=flows, RefreshTokenRotation=rotation)
    token = sign_in(idp, pool.credentials(client, user))["RefreshToken"]
    for _ in range(2):
        answer = idp.get_tokens_from_refresh_token(RefreshToken=token, ClientId=client["ClientId"])
        assert "AccessToken" in answer["AuthenticationResult"]


def test_a_client_with_a_secret_refreshes_with_the_hash_of_the_real_user_name(idp, pool, user):
    client = pool.client(GenerateSecret=True)
    credentials = pool.credentials(client, user)
    first = sign_in(idp, credentials)
    username = claims(first["AccessToken"])["username"]
    secret_hash = prover(idp, credentials).get_secret_hash(
        username, client["ClientId"], client["ClientSecret"]
    )
    assert "AccessToken" in refresh(idp, client, first["RefreshToken"], SECRET_HASH=secret_hash)
    with errors.refused(
        "NotAuthorizedException",
        f"Client {client['ClientId']} is configured with secret but SECRET_HASH was not received",
    ):
        refresh(idp, client, first["RefreshToken"])


def test_another_clients_refresh_token_is_not_valid(idp, pool, client, user):
    token = sign_in(idp, pool.credentials(client, user))["RefreshToken"]
    with errors.refused("NotAuthorizedException", "Refresh Token has different Client"):
        refresh(idp, pool.client(), token)
    with errors.refused("NotAuthorizedException", "Invalid Refresh Token"):
        refresh(idp, client, token[:-1] + ("A" if token[-1] != "A" else "B"))


def test_a_revoked_token_stays_revoked(idp, pool, client, user):
    first = sign_in(idp, pool.credentials(client, user))
    idp.revoke_token(Token=first["RefreshToken"], ClientId=client["ClientId"])
    with errors.refused("NotAuthorizedException", "Refresh Token has been revoked"):
        refresh(idp, client, first["RefreshToken"])
    with errors.refused("NotAuthorizedException", "Access Token has been revoked"):
        idp.get_user(AccessToken=first["AccessToken"])


def test_sign_out_everywhere_ends_every_session(idp, pool, client, user):
    credentials = pool.credentials(client, user)
    sessions = [sign_in(idp, credentials) for _ in range(2)]
    idp.global_sign_out(AccessToken=sessions[0]["AccessToken"])
    for session in sessions:
        with errors.refused("NotAuthorizedException", "Refresh Token has been revoked"):
            refresh(idp, client, session["RefreshToken"])
        with errors.refused("NotAuthorizedException", "Access Token has been revoked"):
            idp.get_user(AccessToken=session["AccessToken"])
    assert "AccessToken" in sign_in(idp, credentials)


def test_a_disabled_user_cannot_refresh(idp, pool, client, user):
    token = sign_in(idp, pool.credentials(client, user))["RefreshToken"]
    idp.admin_disable_user(UserPoolId=pool.id, Username=user.email)
    with pytest.raises(idp.exceptions.NotAuthorizedException):
        refresh(idp, client, token)
    with errors.refused("NotAuthorizedException", "User is disabled."):
        sign_in(idp, pool.credentials(client, user))
