"""The server's local inbox."""

import re
from dataclasses import dataclass

import requests

from . import waiting

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass(frozen=True)
class Mail:
    """A message as the inbox shows it."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str

    @property
    def code(self) -> str:
        """The confirm code in the message."""
        found = CODE.search(self.text)
        assert found, f"no code in {self.subject!r}"
        return found.group()


class Inbox:
    """Reads mail over `GET /inbox/api/messages`."""

    def __init__(self, url: str) -> None:
        self._messages = f"{url}/inbox/api/messages"

    def mails_to(self, address: str) -> list[Mail]:
        """The messages to an address, newest first."""
        answer = requests.get(self._messages, params={"to": address}, timeout=10)
        answer.raise_for_status()
        return [
            Mail(mail["id"], address, mail["from"], mail["subject"], mail["text"], mail["html"])
            for mail in answer.json()
        ]

    def mail_to(self, address: str, seen: int = 0) -> Mail:
        """The newest message to an address; waits until there are more than `seen`."""

        def newest() -> Mail | None:
            mails = self.mails_to(address)
            return mails[0] if len(mails) > seen else None

        return waiting.until(f"mail to {address}", newest)

    def code_for(self, address: str, seen: int = 0) -> str:
        """The code in the newest message to an address."""
        return self.mail_to(address, seen).code
