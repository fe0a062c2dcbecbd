"""Why did this person get no mail? For each of many causes the log's lines about the person, and `poolhouse mail queue`, say it."""

import re
import socket
import subprocess

import pytest
from blackbox import waiting
from blackbox.inbox import Inbox
from blackbox.mail_programs import Certificate, MailServer, Recorder
from blackbox.pool import Pool
from blackbox.programs import program
from blackbox.scripted_relay import ScriptedRelay
from blackbox.server import Server, free_port
from blackbox.srp import answer_code, start_custom_auth, wrong_code

# What the relay says instead of the usual, and what an operator reads: all of it on one line about this person.
REFUSALS = {
    "greylisted": ({"RCPT": "450 4.2.0 greylisted"}, ["RCPT TO with 450 4.2.0", "greylisted"]),
    "no such mailbox": ({"RCPT": "550 5.1.1 no such user"}, ["RCPT TO with 550 5.1.1", "no such user"]),
    "mailbox disabled": ({"RCPT": "550 5.2.1 disabled"}, ["RCPT TO with 550 5.2.1", "disabled"]),
    "mailbox full": ({"RCPT": "552 5.2.2 mailbox full"}, ["RCPT TO with 552 5.2.2", "mailbox full"]),
    "not relayed": ({"RCPT": "554 5.7.1 relay access denied"}, ["554 5.7.1", "It may not relay for this machine"]),
    "on a blocklist": (
        {"RCPT": "550 5.7.1 127.0.0.1 listed by bl.example"},
        ["listed by bl.example", "this server's address is on a list"],
    ),
    "sender not allowed": (
        {".": "554 5.2.252 SendAsDenied; not allowed to send as no-reply@example.com"},
        ["SendAsDenied", "look at from"],
    ),
    "refused as spam": ({".": "554 5.7.1 message looks like spam"}, ["final dot with 554 5.7.1", "looks like spam"]),
    "too many mails": ({"MAIL": "450 4.7.1 rate limit exceeded"}, ["MAIL FROM with 450 4.7.1", "others_per_minute"]),
    "too many connections": ({"banner": "421 4.7.0 too many connections"}, ["greeting with 421 4.7.0", "connections"]),
    "no queue space": ({"MAIL": "452 4.3.1 insufficient system storage"}, ["MAIL FROM with 452 4.3.1", "storage"]),
    "encryption asked for": (
        {"MAIL": "530 5.7.0 Must issue a STARTTLS command first"},
        ["add ?tls=starttls"],
    ),
    "credentials asked for": (
        {"MAIL": "530 5.7.0 Authentication required"},
        ["smtp://user:password@"],
    ),
    "hangs up at once": ({"banner": "hang up"}, ["closed the connection at greeting"]),
    "hangs up at the final dot": ({".": "hang up"}, ["closed the connection at final dot"]),
}


def told(server, user, pieces, folder, patience_s=20):
    """Waits until one line of the log with the person's name in it, or of the queue, says all of `pieces`."""
    address = user if isinstance(user, str) else user.email
    command = [program("poolhouse"), "mail", "queue", "--to", address, "--data", folder / "data"]

    def queue():
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    name = re.search(r'to="(\w+)"', queue())[1]

    def look():
        lines = [line for line in server.log().splitlines() if name in line]
        found = [line for line in lines if all(piece in line for piece in pieces)]
        return found or None

    try:
        found = waiting.until(f"a line with {pieces}", look, patience_s)
    except TimeoutError:
        raise AssertionError(f"{pieces} is said neither by\n{server.log()}\nnor by\n{queue()}") from None
    said = server.log() + queue().replace(address, "")
    assert address not in said, "the log holds no address"
    return found[0]


def asks(server, **attributes):
    """Somebody who waits for a code in vain."""
    idp = server.idp()
    pool = Pool(idp, **attributes)
    user = pool.user()
    start_custom_auth(idp, pool.credentials(pool.client(), user))
    return user


def cause(folder, pieces, *, smtp, config="[mail]\n"):
    server = Server(folder, functions=config, smtp=smtp, inbox=False)
    try:
        return told(server, asks(server), pieces, folder)
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("name", REFUSALS)
def test_what_the_relay_says_is_told_with_what_to_do_about_it(name, tmp_path):
    says, pieces = REFUSALS[name]
    with ScriptedRelay(says) as relay:
        line = cause(tmp_path, pieces, smtp=relay.url)
        assert f"127.0.0.1:{relay.port}" in line and "request_id" in line


def test_wrong_credentials_are_told(tmp_path):
    with ScriptedRelay({"AUTH": "535 5.7.8 authentication failed"}, ["AUTH PLAIN"]) as relay:
        url = f"smtp://pool:wrong@127.0.0.1:{relay.port}?tls=none"
        cause(tmp_path, ["AUTH with 535 5.7.8", "Look at user and password"], smtp=url)


def test_a_relay_that_is_down_is_told(tmp_path):
    pieces = ["the connection to the mail relay failed at connect", "Nothing listens there"]
    cause(tmp_path, pieces, smtp=f"smtp://127.0.0.1:{free_port()}")


def test_a_relay_whose_name_nobody_knows_is_told(tmp_path):
    cause(tmp_path, ["failed at connect", "Look at the host name"], smtp="smtp://relay.invalid:587")


def test_a_relay_that_answers_nothing_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        cause(tmp_path, ["did not finish greeting within its deadline"], smtp=url)


def test_a_relay_without_starttls_is_told(tmp_path):
    with ScriptedRelay() as relay:
        cause(tmp_path, ["does not offer STARTTLS", "smtps://"], smtp=f"{relay.url}?tls=starttls")


def test_a_certificate_that_nobody_knows_is_told(tmp_path):
    with MailServer(Recorder(), tls_context=Certificate(tmp_path).context) as relay:
        url = f"smtp://localhost:{relay.port}?tls=starttls"
        cause(tmp_path, ["TLS handshake", "UnknownIssuer", "name its certificate with ?ca=FILE"], smtp=url)


def test_a_certificate_of_another_authority_than_the_named_one_is_told(tmp_path):
    other = Certificate(tmp_path, "other.example").file
    with MailServer(Recorder(), tls_context=Certificate(tmp_path).context) as relay:
        url = f"smtp://localhost:{relay.port}?tls=starttls&ca={other}"
        cause(tmp_path, ["TLS handshake", "not of the authority in the file"], smtp=url)


def test_a_relay_that_takes_only_small_mails_is_told(tmp_path):
    with ScriptedRelay(offers=["SIZE 500"]) as relay:
        cause(tmp_path, ["does not offer room for a message of this size", "raise its limit"], smtp=relay.url)


def test_a_relay_that_cannot_write_an_address_is_told(tmp_path):
    with ScriptedRelay(offers=["8BITMIME"]) as relay:
        server = Server(tmp_path, functions="[mail]\n", smtp=relay.url, inbox=False)
        try:
            idp = server.idp()
            address = "dörte@example.com"
            idp.admin_create_user(
                UserPoolId=Pool(idp).id, Username=address, UserAttributes=[{"Name": "email", "Value": address}]
            )
            told(server, address, ["does not offer SMTPUTF8, which this address needs"], tmp_path)
        finally:
            assert server.stop() == 0


def test_what_is_known_of_an_address_is_told_and_how_to_end_it(tmp_path):
    with ScriptedRelay({"RCPT": "550 5.1.1 no such user"}) as relay:
        server = Server(tmp_path, functions="[mail]\n", smtp=relay.url, inbox=False)
        try:
            idp = server.idp()
            pool = Pool(idp)
            user, client = pool.user(), pool.client()
            start_custom_auth(idp, pool.credentials(client, user))
            told(server, user, ["mail refused for good"], tmp_path)
            waiting.until("the note of it", lambda: "takes no mail" in queued(tmp_path, user.email) or None)
            start_custom_auth(idp, pool.credentials(client, user))
            told(server, user, ["the address takes no mail", "poolhouse mail allow", "no such user"], tmp_path)
        finally:
            assert server.stop() == 0


def queued(folder, address):
    command = [program("poolhouse"), "mail", "queue", "--to", address, "--data", folder / "data"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_mails_that_are_held_back_are_told(tmp_path):
    with ScriptedRelay() as relay:
        server = Server(tmp_path, functions="[mail]\n", smtp=relay.url, inbox=False)
        try:
            idp = server.idp()
            pool = Pool(idp)
            user, client = pool.user(), pool.client()
            for _ in range(12):
                start_custom_auth(idp, pool.credentials(client, user))
            told(server, user, ["a mail was held back: this user has had too many"], tmp_path)
        finally:
            assert server.stop() == 0


def test_an_address_that_nobody_has_verified_is_told(tmp_path):
    server = Server(tmp_path, functions="[mail]\n")
    try:
        idp = server.idp()
        pool = Pool(idp)
        user = pool.user()
        unverified = [{"Name": "email_verified", "Value": "false"}]
        idp.admin_update_user_attributes(UserPoolId=pool.id, Username=user.email, UserAttributes=unverified)
        with pytest.raises(idp.exceptions.UserLambdaValidationException, match="No confirm code can be sent"):
            start_custom_auth(idp, pool.credentials(pool.client(), user))
        told(server, user, ["email_verified is not true", "ALLOW_UNVERIFIED_EMAIL"], tmp_path)
    finally:
        assert server.stop() == 0


def test_a_lock_after_wrong_codes_is_told(tmp_path):
    server = Server(tmp_path, functions="[confirm]\nWRONG_CODES_PER_15_MINUTES = 5\n")
    try:
        idp = server.idp()
        pool = Pool(idp)
        user, inbox = pool.user(), Inbox(server.url)
        credentials = pool.credentials(pool.client(), user)

        def mailed(sign_in):
            codes = [mail.code for mail in inbox.mails_to(user.email) if "code" in mail.subject]
            return codes[0] if len(codes) > sign_in else None

        for sign_in in range(3):
            challenge = start_custom_auth(idp, credentials)
            wrong = wrong_code(waiting.until("the code's mail", lambda seen=sign_in: mailed(seen)))
            for _ in range(2):
                if challenge["ChallengeParameters"]["result"] == "locked":
                    break
                challenge = answer_code(idp, credentials, challenge, wrong)
        assert challenge["ChallengeParameters"]["result"] == "locked"
        told(server, user, ["this user is locked after too many wrong codes"], tmp_path)
    finally:
        assert server.stop() == 0


def test_a_template_that_cannot_be_filled_in_stops_the_server_and_not_a_mail(tmp_path):
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "mail.html").write_text("<p>{{cod}}</p>", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"mail\.templates cannot be used: .*en/mail\.html"):
        Server(tmp_path, functions=f"[mail]\ntemplates = '{folder.parent}'\n")


def test_a_mail_that_waits_while_the_server_is_stopped_is_in_the_queue(tmp_path):
    with ScriptedRelay({"RCPT": "450 4.2.0 greylisted"}) as relay:
        server = Server(tmp_path, functions="[mail]\n", smtp=relay.url, inbox=False)
        user = asks(server)
        told(server, user, ["greylisted"], tmp_path)
        assert server.stop() == 0
        said = queued(tmp_path, user.email)
        assert "RCPT TO with 450 4.2.0 (it said: 4.2.0 greylisted)" in said and "given up in" in said, said
