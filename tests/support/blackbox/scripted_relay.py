"""A mail server that says what a test tells it, step by step, and keeps what it takes."""

import socket
import threading


class ScriptedRelay:
    """`says` is a reply for each command (`banner`, `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `.`) that is not the usual
    one; `hang up` ends the connection and `silence` waits until the other side does."""

    def __init__(self, says=None, offers=()):
        self.says, self.offers = dict(says or {}), tuple(offers)
        self.taken = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                self._converse(connection, connection.makefile("rb"))
            except OSError:
                pass  # the other side hung up

    def _converse(self, connection, lines):
        if not self._say(connection, "banner", "220 relay.test ESMTP"):
            return
        while line := lines.readline():
            command = line.split()[0].decode().upper() if line.split() else ""
            usual = "\r\n".join(["250-relay.test", *(f"250-{offer}" for offer in self.offers), "250 HELP"])
            replies = {"EHLO": usual, "AUTH": "235 welcome", "DATA": "354 go", "QUIT": "221 bye"}
            if not self._say(connection, command, replies.get(command, "250 ok")) or command == "QUIT":
                return
            if command == "DATA" and "DATA" not in self.says:
                message = b"".join(iter(lines.readline, b".\r\n"))
                if not self._say(connection, ".", "250 2.0.0 queued as 4F2A"):
                    return
                if "." not in self.says:
                    self.taken.append(message)

    def _say(self, connection, step, usual):
        reply = self.says.get(step, usual)
        if reply == "hang up":
            return False
        if reply == "silence":
            while connection.recv(65536):
                pass
            return False
        connection.sendall(f"{reply}\r\n".encode())
        return True
