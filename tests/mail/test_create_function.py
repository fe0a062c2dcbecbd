"""`2fa-create` as a process: a Runtime API on one side, a mail server on the other."""

import email
import email.policy
import http.server
import json
import queue
import re
import subprocess
import threading

import pytest
from smtp_programs import Certificate, Credentials, MailServer, Recorder, programs

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

    def __init__(self, settings):
        self.api = RuntimeApi()
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        environment = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}", **settings}
        program = programs() / "2fa-create"
        self.process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True)

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


def test_the_same_event_three_times_is_one_mail_and_one_answer():
    with MailServer(Recorder()) as server, Function(settings(f"smtp://127.0.0.1:{server.port}")) as function:
        answers = [function.invoke(EVENT) for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        assert len(server.handler.envelopes) == 1


def test_a_relay_with_a_certificate_of_its_own_making_learns_nothing(tmp_path):
    credentials = Credentials("ada", "secret")
    options = {"tls_context": Certificate(tmp_path).context, "authenticator": credentials, "auth_require_tls": False}
    with MailServer(Recorder(), **options) as server:
        url = f"smtp://ada:secret@localhost:{server.port}?tls=starttls"
        with Function(settings(url)) as function:
            kind, error_type, error = function.invoke(EVENT)
            assert (kind, error_type) == ("error", "Function.MailNotSent")
            assert error["errorMessage"] == "The confirm code could not be sent. Please try again"
            assert function.logged()["reason"] == "the TLS handshake with the mail relay failed"
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
