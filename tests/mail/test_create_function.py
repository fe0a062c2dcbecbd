"""`2fa-create` as a process: a Runtime API on one side, a mail server on the other."""

import email
import email.policy
import json
import re

import pytest
from blackbox.function_process import EVENT, Function, settings
from blackbox.mail_programs import Certificate, Credentials, MailServer, Recorder


def test_the_code_goes_out_by_mail_and_nowhere_else():
    with MailServer(Recorder()) as server, Function(settings(f"smtp://127.0.0.1:{server.port}")) as function:
        kind, _, answer = function.invoke(EVENT)
        assert kind == "response"
        message = email.message_from_bytes(server.handler.envelopes[0].original_content, policy=email.policy.default)
        (code,) = set(re.findall(r"\b\d{6}\b", message.get_body(("plain",)).get_content()))
        assert code not in message["Subject"]
        public = answer["response"]["publicChallengeParameters"]
        assert public["CODE_DELIVERY_DESTINATION"] == "a***@e***"
        assert code not in json.dumps(answer)
        assert {**answer, "response": {}} == EVENT
        line = function.logged()
        assert line["message"] == "challenge made"
        assert code not in json.dumps(line) and "ada@example.com" not in json.dumps(line)


def test_the_same_event_three_times_is_one_mail_and_three_instances_of_one_challenge():
    with MailServer(Recorder()) as server, Function(settings(f"smtp://127.0.0.1:{server.port}")) as function:
        answers = [function.invoke(EVENT) for _ in range(3)]
        assert len(server.handler.envelopes) == 1
    public = [answer["response"]["publicChallengeParameters"] for _, _, answer in answers]
    # Each delivery is an instance of its own, so that the code works for one of them only.
    assert len({parameters.pop("signIn") for parameters in public}) == 3
    assert len({parameters.pop("deviceToken") for parameters in public}) == 3
    # Seconds go by between them, perhaps.
    left = [[int(parameters.pop(name)) for name in ("expiresIn", "resendIn")] for parameters in public]
    assert left == sorted(left, reverse=True)
    assert public[0] == public[1] == public[2]
    assert public[0]["result"] == "sent"


def test_a_relay_with_a_certificate_of_its_own_making_learns_nothing(tmp_path):
    credentials = Credentials("ada", "secret")
    options = {"tls_context": Certificate(tmp_path).context, "authenticator": credentials, "auth_require_tls": False}
    with MailServer(Recorder(), **options) as server:
        url = f"smtp://ada:secret@localhost:{server.port}?tls=starttls"
        with Function(settings(url)) as function:
            kind, error_type, error = function.invoke(EVENT)
            assert (kind, error_type) == ("error", "Function.MailNotSent")
            assert error["errorMessage"] == "The confirm code could not be sent. Please try again"
            assert function.logged()["reason"] == (
                "the TLS handshake with the mail relay failed: invalid peer certificate: UnknownIssuer. "
                "If its authority is your own, name its certificate with ?ca=FILE."
            )
        assert (server.handler.envelopes, credentials.mechanisms) == ([], [])


@pytest.mark.parametrize("missing", ["MAIL_URL", "MAIL_FROM"])
def test_a_missing_setting_is_reported_at_the_start(missing):
    incomplete = settings("smtp://127.0.0.1:25")
    del incomplete[missing]
    with Function(incomplete) as function:
        kind, error_type, error = function.report()
        assert (kind, error_type) == ("error", "Runtime.InvalidSettings")
        assert error == {"errorMessage": "Sign-in is not available", "errorType": "InvalidSettings"}
        assert function.logged()["reason"].startswith(f"{missing} is not set; it looks like ")
        assert function.process.wait(timeout=10) == 1
