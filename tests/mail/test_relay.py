"""Mail through a real SMTP server: aiosmtpd takes it, Python's own email package reads it."""

import email
import email.policy
import re
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from blackbox import waiting
from blackbox.inbox import CODE
from blackbox.pool import Pool
from blackbox.server import Server, free_port
from blackbox.srp import answer_code, start_custom_auth


class Mailbox:
    """What the SMTP server has taken. `refuse` says how often it first answers that it cannot."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, list[str], EmailMessage]] = []
        self.refuse = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuse > 0:
            self.refuse -= 1
            return "451 4.3.2 Not now"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 2.0.0 Taken"

    def message_to(self, address: str) -> EmailMessage:
        """The first message to an address; waits for it."""

        def found() -> EmailMessage | None:
            return next((message for _, to, message in self.messages if to == [address]), None)

        return waiting.until(f"mail to {address}", found)


@pytest.fixture(scope="module")
def mailbox():
    return Mailbox()


@pytest.fixture(scope="module")
def relay(mailbox):
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture(scope="module")
def server(relay, tmp_path_factory):
    """A server that mails through the relay and has no inbox of its own."""
    running = Server(tmp_path_factory.mktemp("relayed"), smtp=relay, inbox=False)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def idp(server):
    return server.idp()


@pytest.fixture(scope="module")
def pool(idp):
    return Pool(idp)


@pytest.fixture(scope="module")
def client(pool):
    return pool.client()


def test_the_mailed_code_signs_in(idp, pool, client, user, mailbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    message = mailbox.message_to(user.email)
    code = CODE.search(message.get_body(("plain",)).get_content()).group()
    assert "AuthenticationResult" in answer_code(idp, credentials, challenge, code)


def test_the_message_is_whole_in_both_its_forms(idp, pool, client, user, mailbox):
    start_custom_auth(idp, pool.credentials(client, user))
    message = mailbox.message_to(user.email)
    sender, _, _ = next(entry for entry in mailbox.messages if entry[1] == [user.email])
    assert sender == "no-reply@example.com"
    assert (message["From"], message["To"]) == ("Poolhouse <no-reply@example.com>", user.email)
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message["Message-ID"])
    assert abs(message["Date"].datetime - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    parts = [part.get_content_type() for part in message.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in message.iter_parts())
    code = CODE.search(text).group()
    assert code in re.sub(r"<[^>]*>|\s", "", html)
    assert "<script" not in html
    assert not message.defects
    assert code not in message["Message-ID"]


def test_a_relay_that_is_busy_for_a_moment_delays_the_mail_and_loses_none(idp, pool, client, mailbox):
    user = pool.user()
    mailbox.refuse = 1
    start_custom_auth(idp, pool.credentials(client, user))
    mailbox.message_to(user.email)
    assert len([to for _, to, _ in mailbox.messages if to == [user.email]]) == 1


def test_a_dead_relay_does_not_slow_the_sign_in_down(tmp_path):
    """The answer comes before the mail: nothing listens where this server sends."""
    server = Server(tmp_path, smtp=f"smtp://127.0.0.1:{free_port()}", inbox=False)
    try:
        idp = server.idp()
        pool = Pool(idp)
        challenge = start_custom_auth(idp, pool.credentials(pool.client(), pool.user()))
        assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    finally:
        assert server.stop() == 0
