"""A mail server that follows the conversation up to a step and then stalls, drips or floods."""

import re
import socket
import threading
import time

STEPS = ["banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "final dot"]
OFFERS = {"STARTTLS": "250-relay\r\n250 STARTTLS\r\n", "AUTH": "250-relay\r\n250 AUTH PLAIN\r\n"}
PLAIN = "250 relay\r\n"


class StuckRelay:
    """`behaviour` is `silence`, `drip` (a byte a second) or `flood`. It shows on as many connections as there are `spells`;
    all others are in working order and end after one mail."""

    def __init__(self, step, behaviour, spells=0):
        self.step, self.behaviour, self.spells = step, behaviour, spells
        # The messages taken, and how long each connection that it was stuck on has lasted, in seconds.
        self.taken, self.held = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.stopped = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.listener.close()

    @property
    def url(self):
        port = self.listener.getsockname()[1]
        credentials = "ada:secret@" if self.step == "AUTH" else ""
        tls = {"STARTTLS": "opportunistic"}.get(self.step, "none")
        return f"smtp://{credentials}127.0.0.1:{port}?tls={tls}"

    def recipients(self):
        """To whom each message is that was taken."""
        return [re.search(rb"^To: (\S+)\r$", message, re.MULTILINE)[1].decode() for message in self.taken]

    def accept(self):
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.spells -= 1
            threading.Thread(target=self.serve, args=(connection, self.spells >= 0), daemon=True).start()

    def serve(self, connection, is_stuck):
        started = time.monotonic()
        with connection:
            try:
                self.converse(connection, self.step if is_stuck else None)
            except OSError:
                pass  # the other side hung up
        if is_stuck:
            self.held.append(time.monotonic() - started)

    def converse(self, connection, stuck_at):
        lines = connection.makefile("rb")
        if stuck_at == "banner":
            return self.misbehave(connection)
        connection.sendall(b"220 relay\r\n")
        while line := lines.readline():
            command = line.split()[0].decode().upper() if line.split() else ""
            if command == stuck_at:
                return self.misbehave(connection)
            match command:
                case "EHLO":
                    # Who is not stuck there offers no TLS, for it has none.
                    offered = stuck_at if self.step == "STARTTLS" else self.step
                    connection.sendall(OFFERS.get(offered, PLAIN).encode())
                case "AUTH":
                    connection.sendall(b"235 welcome\r\n")
                case "DATA":
                    connection.sendall(b"354 go\r\n")
                    message = b"".join(iter(lines.readline, b".\r\n"))
                    if stuck_at == "final dot":
                        return self.misbehave(connection)
                    self.taken.append(message)
                    connection.sendall(b"250 taken\r\n")
                    return None
                case "QUIT":
                    return None
                case _:
                    connection.sendall(b"250 ok\r\n")
        return None

    def misbehave(self, connection):
        match self.behaviour:
            case "silence":
                # Returns when the other side hangs up, or sends what it should not.
                while not self.stopped.is_set() and connection.recv(65536):
                    pass
            case "drip":
                while not self.stopped.wait(1):
                    connection.sendall(b"2")
            case "flood":
                while not self.stopped.is_set():
                    connection.sendall(b"250-flood" * 8192)
