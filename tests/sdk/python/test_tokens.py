"""Tokens, checked by a verifier that knows nothing of us but the issuer in the token."""

import jwt
import pytest
import requests
from blackbox.srp import prover


@pytest.fixture
def tokens(idp, pool, client, user):
    return prover(idp, pool.credentials(client, user)).authenticate_user(idp)["AuthenticationResult"]


def verified(token, **options):
    """The claims of a token whose signature the issuer's published key explains."""
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    assert document["issuer"] == issuer
    key = jwt.PyJWKClient(document["jwks_uri"]).get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], issuer=issuer, **options)


def test_both_tokens_verify_and_say_who_signed_in(server, pool, client, user, tokens):
    identity = verified(tokens["IdToken"], audience=client["ClientId"])
    access = verified(tokens["AccessToken"])
    assert identity["iss"] == f"{server.url}/{pool.id}"
    assert (identity["token_use"], access["token_use"]) == ("id", "access")
    assert (identity["email"], identity["email_verified"]) == (user.email, True)
    assert identity["cognito:username"] == access["username"] == identity["sub"] == access["sub"]
    assert (access["client_id"], access["scope"]) == (client["ClientId"], "aws.cognito.signin.user.admin")
    assert identity["exp"] - identity["iat"] == access["exp"] - access["iat"] == 3600
    assert "aud" not in access
    assert "email" not in access


def test_the_two_tokens_are_signed_with_different_keys(server, pool, tokens):
    kids = {jwt.get_unverified_header(tokens[name])["kid"] for name in ("IdToken", "AccessToken")}
    published = requests.get(f"{server.url}/{pool.id}/.well-known/jwks.json", timeout=10).json()["keys"]
    assert len(kids) == 2
    assert kids <= {key["kid"] for key in published}
    assert {(key["alg"], key["kty"], key["use"]) for key in published} == {("RS256", "RSA", "sig")}
    assert all(set(key) == {"alg", "e", "kid", "kty", "n", "use"} for key in published)


def test_another_pools_keys_do_not_verify_a_token(idp, server, tokens):
    other = idp.create_user_pool(PoolName="other")["UserPool"]["Id"]
    keys = jwt.PyJWKClient(f"{server.url}/{other}/.well-known/jwks.json")
    with pytest.raises(jwt.PyJWKClientError):
        keys.get_signing_key_from_jwt(tokens["AccessToken"])


def test_a_changed_token_is_refused(idp, tokens):
    head, body, signature = tokens["AccessToken"].split(".")
    changed = body[:-1] + ("A" if body[-1] != "A" else "B")
    for token in (f"{head}.{changed}.{signature}", f"{head}.{body}.", tokens["IdToken"], "x"):
        with pytest.raises(idp.exceptions.NotAuthorizedException):
            idp.get_user(AccessToken=token)
