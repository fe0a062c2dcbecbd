"""Authlib, unmodified: discovery, a code with PKCE, the ID token, refresh, userInfo, revocation, machines."""

import json
import subprocess

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from blackbox.programs import program
from joserfc import jwt
from joserfc.jwk import KeySet

READ = "https://api.example/v1/read"


class Codes:
    """A server that gives out authorization codes without pages."""

    def __init__(self):
        server = program("examples/authorization_codes")
        self.child = subprocess.Popen([server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.scene = json.loads(self.child.stdout.readline())

    def sign_in(self, query):
        self.child.stdin.write(query + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def stop(self):
        self.child.stdin.close()
        return self.child.wait(timeout=30)


@pytest.fixture(scope="module")
def codes():
    running = Codes()
    yield running
    assert running.stop() == 0


@pytest.fixture
def session(codes):
    def make(kind, **more):
        client = codes.scene["clients"][kind]
        return OAuth2Session(client["id"], client["secret"], **more)

    return make


@pytest.fixture
def metadata(codes, session):
    with session("machine") as plain:
        return plain.get(
            codes.scene["issuer"] + "/.well-known/openid-configuration", withhold_token=True
        ).json()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_signs_in_and_out(codes, session, metadata, method):
    callback = codes.scene["callback"]
    with session(
        "confidential",
        redirect_uri=callback,
        scope="openid email",
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
    ) as app:
        verifier = "v" * 64
        url, state = app.create_authorization_url("http://authorize", code_verifier=verifier, nonce="n")
        answer = codes.sign_in(url.split("?", 1)[1])
        token = app.fetch_token(
            metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
        )
        keys = KeySet.import_key_set(app.get(metadata["jwks_uri"], withhold_token=True).json())
        decoded = jwt.decode(token["id_token"], keys)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": metadata["issuer"]}},
            {"nonce": "n", "client_id": app.client_id, "access_token": token["access_token"]},
        )
        claims.validate(leeway=0)
        info = app.get(metadata["userinfo_endpoint"]).json()
        assert info["sub"] == claims["sub"] == codes.scene["sub"]
        refreshed = app.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
        assert refreshed["access_token"] != token["access_token"]
        revoked = app.revoke_token(metadata["revocation_endpoint"], token["refresh_token"])
        assert (revoked.status_code, revoked.content) == (200, b"")
        assert app.get(metadata["userinfo_endpoint"]).status_code == 401


def test_authlib_gets_tokens_for_a_machine(session, metadata):
    with session("machine", scope=READ) as app:
        token = app.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert set(token) == {"access_token", "expires_in", "token_type", "expires_at"}
