"""A function as a process, and the host that gives it events."""

import http.server
import json
import pathlib
import queue
import re
import subprocess
import threading

from .programs import program

EVENT = {
    "version": "1",
    "region": "eu-central-1",
    "userPoolId": "eu-central-1_Test",
    "userName": "0b6e1c1e",
    "callerContext": {"awsSdkVersion": "1", "clientId": "client"},
    "triggerSource": "CreateAuthChallenge_Authentication",
    "request": {
        "userAttributes": {"sub": "0b6e1c1e", "email": "ada@example.com", "email_verified": "true"},
        "challengeName": "CUSTOM_CHALLENGE",
        "session": [
            {"challengeName": "SRP_A", "challengeResult": True},
            {"challengeName": "PASSWORD_VERIFIER", "challengeResult": True},
        ],
    },
    "response": {},
}


class RuntimeApi(http.server.ThreadingHTTPServer):
    """Gives the events out and keeps the reports."""

    daemon_threads = True

    def __init__(self):
        self.events, self.reports = queue.Queue(), queue.Queue()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_):
        """A function that is killed leaves its connection broken."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        event = json.dumps(self.server.events.get()).encode()
        self.answer(200, event, {"Lambda-Runtime-Aws-Request-Id": "call-1"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.path.rsplit("/", 1)[1]
        self.server.reports.put((kind, self.headers["lambda-runtime-function-error-type"], json.loads(body)))
        self.answer(202, b'{"status":"OK"}', {})

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Function:
    """A running function, its host and its log."""

    def __init__(self, settings, name="2fa-create"):
        self.api = RuntimeApi()
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        environment = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}", **settings}
        self.process = subprocess.Popen([program(name)], env=environment, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.api.shutdown()
        self.api.server_close()

    def invoke(self, event):
        self.api.events.put(event)
        return self.report()

    def peak_memory(self):
        """The most memory that it ever had, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def report(self):
        return self.api.reports.get(timeout=10)

    def logged(self):
        return json.loads(self.process.stdout.readline())


def settings(url):
    return {
        "OTP_KEY": "BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=",
        "MAIL_URL": url,
        "MAIL_FROM": "Test <no-reply@pool.example>",
        "APP_NAME": "Test",
    }
