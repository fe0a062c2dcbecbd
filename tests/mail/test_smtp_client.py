"""The SMTP client against aiosmtpd, with OpenSSL at the other end of TLS."""

import email
import email.policy
import json
import re
import subprocess

import pytest
from blackbox.mail_programs import Certificate, Credentials, MailServer, Recorder, example

FROM, TO = "Poolhouse <no-reply@pool.example>", "ada@example.com"


@pytest.fixture(scope="module")
def send():
    """Sends one mail to a URL; gives how it ended."""
    program = example("send")

    def run(url, to=TO, trusted=None):
        arguments = [program, url, FROM, to] + ([trusted.file] if trusted else [])
        ended = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, timeout=30)
        return json.loads(ended.stdout)

    return run


@pytest.fixture
def certificate(tmp_path):
    return Certificate(tmp_path)


def assert_the_mail(envelope, to=TO):
    """The message is what was written, by another parser and byte by byte."""
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@pool.example", [to])
    raw = envelope.original_content
    assert re.fullmatch(rb"([^\r\n]{0,998}\r\n)*", raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "Dein Anmelde-Code für Bücher 📚"
    assert message["To"] == to
    assert message["From"] == "Poolhouse <no-reply@pool.example>"
    assert message["Message-ID"] == "<example.1@pool.example>"
    assert message["Date"].datetime.isoformat() == "2025-11-22T15:00:00+00:00"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "de"
    assert message.get_content_type() == "multipart/alternative"
    assert not message.defects
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == "Grüße.\n.\n..two dots\nYour code is 123456"
    assert html.get_content().rstrip() == "<p>Your code is <b>123456</b></p>" + "<i>x</i>" * 300


def test_a_mail_arrives_byte_for_byte(send):
    with MailServer(Recorder()) as server:
        assert send(f"smtp://127.0.0.1:{server.port}") == {"accepted": "2.0.0 queued as 4711"}
        assert_the_mail(server.handler.envelopes[0])


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_starttls_and_auth(send, certificate, mechanism):
    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
    credentials = Credentials("ada", "p:w@/d%")
    options = dict(
        tls_context=certificate.context,
        require_starttls=True,
        authenticator=credentials,
        auth_required=True,
        auth_exclude_mechanism=[other],
    )
    with MailServer(Recorder(), **options) as server:
        url = f"smtp://ada:p%3Aw%40%2Fd%25@localhost:{server.port}?tls=starttls"
        assert send(url, trusted=certificate) == {"accepted": "2.0.0 queued as 4711"}
        assert credentials.mechanisms == [mechanism]
        assert_the_mail(server.handler.envelopes[0])
        refused = send(url.replace("ada:", "eve:"), trusted=certificate)
        assert (refused["class"], refused["phase"]) == ("Config", "Auth")
        assert refused["error"] == "the mail relay refused AUTH with 535 5.7.8"


def test_implicit_tls(send, certificate):
    with MailServer(Recorder(), ssl_context=certificate.context) as server:
        accepted = send(f"smtps://localhost:{server.port}", trusted=certificate)
        assert accepted == {"accepted": "2.0.0 queued as 4711"}
        assert_the_mail(server.handler.envelopes[0])


@pytest.mark.parametrize("scheme, query", [("smtp", "?tls=starttls"), ("smtp", "?tls=opportunistic"), ("smtps", "")])
@pytest.mark.parametrize("fault", ["unknown authority", "wrong name", "expired"])
def test_a_certificate_that_does_not_hold_gets_nothing(send, tmp_path, scheme, query, fault):
    served = Certificate(tmp_path, name="other.example" if fault == "wrong name" else "localhost")
    if fault == "expired":
        served = Certificate(tmp_path, days=-1)
    trusted = None if fault == "unknown authority" else served
    credentials = Credentials("ada", "secret")
    tls = {"ssl_context": served.context} if scheme == "smtps" else {"tls_context": served.context}
    with MailServer(Recorder(), authenticator=credentials, auth_require_tls=False, **tls) as server:
        refused = send(f"{scheme}://ada:secret@localhost:{server.port}{query}", trusted=trusted)
        assert (refused["class"], refused["phase"]) == ("Config", "Tls")
        assert (server.handler.envelopes, credentials.mechanisms) == ([], [])


def test_an_offer_without_starttls_is_refused(send):
    with MailServer(Recorder()) as server:
        refused = send(f"smtp://localhost:{server.port}?tls=starttls")
        assert refused == {
            "class": "Config",
            "phase": "StartTls",
            "error": "the mail relay does not offer STARTTLS",
        }
        assert server.handler.envelopes == []


def test_an_address_in_utf8_needs_the_extension(send):
    foreign = "dörte@example.com"
    with MailServer(Recorder(), enable_SMTPUTF8=True) as server:
        assert "accepted" in send(f"smtp://127.0.0.1:{server.port}", to=foreign)
        assert_the_mail(server.handler.envelopes[0], to=foreign)
    with MailServer(Recorder(), enable_SMTPUTF8=False) as server:
        refused = send(f"smtp://127.0.0.1:{server.port}", to=foreign)
        assert refused["class"] == "Config"
        assert server.handler.envelopes == []


@pytest.mark.parametrize(
    "reply, expected",
    [("550 5.1.1 no such user", "Permanent"), ("450 4.2.0 greylisted", "Transient"), ("550 5.7.1 no relaying", "Config")],
)
def test_refusals_are_told_apart(send, reply, expected):
    with MailServer(Recorder({TO: reply})) as server:
        refused = send(f"smtp://127.0.0.1:{server.port}")
        assert (refused["class"], refused["phase"]) == (expected, "Recipient")
        assert TO not in refused["error"]


def test_a_message_over_the_size_limit_is_not_sent(send):
    with MailServer(Recorder(), data_size_limit=1000) as server:
        refused = send(f"smtp://127.0.0.1:{server.port}")
        assert refused["class"] == "Config"
        assert server.handler.envelopes == []
