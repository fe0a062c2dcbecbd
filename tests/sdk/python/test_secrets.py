"""A whole sign-in at the loudest log level: no secret of it is in a log, and none that is still good in the database."""

import base64
import re
import secrets
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from blackbox import errors
from blackbox.inbox import Inbox
from blackbox.pool import Pool
from blackbox.programs import program
from blackbox.server import FUNCTIONS, Server
from blackbox.srp import answer_code, start_custom_auth

#: A code that no number in a log can look like.
CODE = {"CODE_ALPHABET": "letters", "CODE_LENGTH": "12"}
LETTERS = re.compile(r"\b[BCDFGHJKMNPQRSTVWXZ]{12}\b")
NEW_PASSWORD = "Another-Hörse-10-canary!"


def in_process() -> str:
    """Part of poolhouse.toml."""
    return "\n[confirm]\n" + "".join(f'{name} = "{value}"\n' for name, value in CODE.items())


def as_processes() -> str:
    """The same functions as programs."""
    variables = {**CODE, "CUSTOM_ATTRIBUTES": "custom:authChallenge", "OTP_KEY": secrets.token_hex(32)}
    environment = ", ".join(f'{name} = "{value}"' for name, value in variables.items())
    return "".join(
        f'\n[functions.{name}]\nprogram = "{program(binary)}"\nenvironment = {{ {environment} }}\n'
        for name, binary in FUNCTIONS.items()
    )


def written(secret: str) -> Iterator[tuple[str, bytes]]:
    """A secret in the ways in which it could be written."""
    raw = secret.encode()
    yield "plain", raw
    yield "base64", base64.b64encode(raw).rstrip(b"=")
    yield "hex", raw.hex().encode()
    yield "percent-encoded", urllib.parse.quote(secret).encode()
    yield "escaped", secret.encode("ascii", "backslashreplace")


def found(secret: str, files: list[Path]) -> list[str]:
    """Where the secret stands."""
    return [
        f"{file.name}: {how}" for file in files for how, text in written(secret) if text in file.read_bytes()
    ]


@pytest.mark.parametrize("functions", [in_process, as_processes])
def test_no_secret_of_a_sign_in_is_logged_or_stored(tmp_path, monkeypatch, functions):
    monkeypatch.setenv("POOLHOUSE_LOG", "trace")
    server = Server(tmp_path, functions=functions())
    idp = server.idp()
    pool = Pool(idp)
    client = pool.client(GenerateSecret=True)
    user = pool.user()
    with errors.refused(*errors.WRONG_PASSWORD):
        start_custom_auth(idp, pool.credentials(client, user, password="Wrong-Hörse-9-canary!"))
    credentials = pool.credentials(client, user)
    first = start_custom_auth(idp, credentials)
    code = LETTERS.search(Inbox(server.url).mail_to(user.email).text).group()
    second = answer_code(idp, credentials, first, "BBBBBBBBBBBB")
    tokens = answer_code(idp, credentials, second, code)["AuthenticationResult"]
    idp.change_password(
        PreviousPassword=user.password, ProposedPassword=NEW_PASSWORD, AccessToken=tokens["AccessToken"]
    )
    # Killed, so that the database is still in two files, the newer rows in the second.
    server.kill()

    logs = [tmp_path / "server.log", tmp_path / "server.out", *(tmp_path / "data/logs").glob("*")]
    assert "confirm code answered" in server.log() or functions is as_processes, "the log is loud"
    stored = [file for file in (tmp_path / "data").iterdir() if file.is_file() and file.name != "master.key"]
    assert {"poolhouse.db", "poolhouse.db-wal"} <= {file.name for file in stored}
    assert found(user.email, stored), "what is no secret is found, so the search works"
    kept = {
        "the password": user.password,
        "the new password": NEW_PASSWORD,
        "the wrong password": "Wrong-Hörse-9-canary!",
        "the code": code,
        "the client's secret": client["ClientSecret"],
        "the operator's secret key": server.access_key[1],
        "a session": second["Session"],
        **{name: tokens[name] for name in ("AccessToken", "IdToken", "RefreshToken")},
    }
    assert {name: found(secret, logs + stored) for name, secret in kept.items()} == dict.fromkeys(kept, [])
