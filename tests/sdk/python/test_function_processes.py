"""Functions that die. Runs only where the functions are processes."""

import os
import signal
from pathlib import Path

import pytest
from blackbox import errors, waiting
from blackbox.srp import answer_code, start_custom_auth
from botocore.exceptions import ClientError

pytestmark = pytest.mark.code


@pytest.fixture(autouse=True)
def processes_only(server):
    if server.functions != "processes":
        pytest.skip("the functions run in the server")


def children(server) -> dict[str, int]:
    """The server's function processes by the name of their folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            program = Path(os.readlink(entry / "exe"))
        except (OSError, ValueError):
            continue
        if parent == server.pid:
            found[program.name] = int(entry.name)
    return found


def test_a_function_that_is_killed_fails_that_sign_in_at_most_and_comes_back(idp, pool, client, user, inbox, server):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    before = children(server)
    assert set(before) == {"2fa-define", "2fa-create", "2fa-verify"}
    os.kill(before["2fa-verify"], signal.SIGKILL)
    try:
        answered = answer_code(idp, credentials, challenge, code)
        assert "AuthenticationResult" in answered
    except ClientError as error:
        # Never tokens without a verdict of the function, and never another kind of failure.
        assert errors.of(error)[0] in {"UnexpectedLambdaException", "UserLambdaValidationException"}

    def restarted() -> int | None:
        pid = children(server).get("2fa-verify")
        return pid if pid not in (None, before["2fa-verify"]) else None

    waiting.until("the restart of the function", restarted)
    other = pool.user()
    again = pool.credentials(client, other)
    challenge = start_custom_auth(idp, again)
    assert "AuthenticationResult" in answer_code(idp, again, challenge, inbox.code_for(other.email))
    assert {name: pid for name, pid in children(server).items() if name != "2fa-verify"} == {
        name: pid for name, pid in before.items() if name != "2fa-verify"
    }
