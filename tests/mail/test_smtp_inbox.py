"""The local inbox against Python's smtplib."""

import email.message
import json
import smtplib
import subprocess

import pytest
from blackbox.mail_programs import example


@pytest.fixture(scope="module")
def inbox_program():
    return example("inbox")


@pytest.fixture
def inbox(inbox_program):
    """The inbox's SMTP port, and a function that gives the next mail."""
    with subprocess.Popen([inbox_program], stdout=subprocess.PIPE, text=True) as process:
        host, port = process.stdout.readline().rsplit(":", 1)
        yield host, int(port), lambda: json.loads(process.stdout.readline())
        process.terminate()


def mail(subject="Grüße", to="ada@example.com"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "no-reply@pool.example", to, subject
    message.set_content("Ihr Code: 123456\n.\n..dots\n")
    message.add_alternative("<p>Ihr Code: <b>123456</b></p>", subtype="html")
    return message


def test_a_mail_of_smtplib_is_kept_as_it_was(inbox):
    host, port, next_mail = inbox
    with smtplib.SMTP(host, port) as client:
        client.send_message(mail())
    kept = next_mail()
    assert kept["to"] == "ada@example.com"
    assert kept["from"] == "no-reply@pool.example"
    assert kept["subject"] == "Grüße"
    assert kept["text"].replace("\r\n", "\n") == "Ihr Code: 123456\n.\n..dots\n"
    assert kept["html"].strip() == "<p>Ihr Code: <b>123456</b></p>"
    assert kept["receivedAt"] == "2025-11-22T15:00:00.000Z"


def test_several_mails_and_recipients_over_one_connection(inbox):
    host, port, next_mail = inbox
    with smtplib.SMTP(host, port) as client:
        client.login("any", "thing")
        for number in range(3):
            client.send_message(mail(f"mail {number}"), to_addrs=["a@example.com", "b@example.com"])
    kept = [next_mail() for _ in range(6)]
    assert [m["subject"] for m in kept] == [f"mail {number}" for number in range(3) for _ in range(2)]
    assert [m["to"] for m in kept] == ["a@example.com", "b@example.com"] * 3


def test_an_address_in_utf8(inbox):
    host, port, next_mail = inbox
    with smtplib.SMTP(host, port) as client:
        client.send_message(mail(to="dörte@bücher.example"))
    assert next_mail()["to"] == "dörte@bücher.example"


def test_limits_are_told_before_the_message_is_sent(inbox):
    host, port, _ = inbox
    with smtplib.SMTP(host, port) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(2 << 20)
        code, _ = client.mail("a@example.com", ["size=99999999"])
        assert code == 552
