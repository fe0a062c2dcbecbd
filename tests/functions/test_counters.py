"""Exact counters: the functions as processes over a table of moto's DynamoDB."""

import copy
import http.server
import threading
import time

import boto3
import pytest
import requests
from blackbox import moto_server
from blackbox.function_process import EVENT, Function, settings
from blackbox.inbox import CODE
from blackbox.mail_programs import MailServer, Recorder
from blackbox.moto_server import MOTO_KEY
from blackbox.server import REGION

TABLE = "codes"
ITEM = "eu-central-1_Test/0b6e1c1e/0b6e1c1e"
DAY_S = 86_400


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    with moto_server.running(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture
def table(moto):
    """A table as the template makes it."""
    requests.post(f"{moto}/moto-api/reset", timeout=10).raise_for_status()
    key_id, secret = MOTO_KEY
    resource = boto3.resource(
        "dynamodb", region_name=REGION, endpoint_url=moto, aws_access_key_id=key_id, aws_secret_access_key=secret
    )
    return resource.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def relay():
    with MailServer(Recorder()) as running:
        yield running


@pytest.fixture
def variables(moto, relay):
    key_id, secret = MOTO_KEY
    return {
        **settings(f"smtp://127.0.0.1:{relay.port}"),
        "AWS_ENDPOINT_URL": moto,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "COUNTERS_TABLE": TABLE,
    }


def item(table):
    return table.get_item(Key={"id": ITEM}, ConsistentRead=True).get("Item")


def create(variables, relay):
    """A challenge by a new process, and the code it mailed."""
    with Function(variables) as function:
        kind, _, answer = function.invoke(EVENT)
        assert (kind, function.logged()["ledger"]) == ("response", "written")
    lines = relay.handler.envelopes[-1].original_content.decode().split("\r\n")
    return answer, next(filter(CODE.fullmatch, lines))


def verify_event(created, answer):
    event = copy.deepcopy(EVENT)
    event["triggerSource"] = "VerifyAuthChallengeResponse_Authentication"
    private = created["response"]["privateChallengeParameters"]
    event["request"] |= {"privateChallengeParameters": private, "challengeAnswer": answer}
    return event


def verify(variables, created, answer):
    """Whether a new process takes the answer, and what it logged."""
    with Function(variables, "2fa-verify") as function:
        kind, _, event = function.invoke(verify_event(created, answer))
        assert kind == "response"
        return event["response"]["answerCorrect"], function.logged()["outcome"]


def test_a_sign_in_is_counted_in_the_table(table, variables, relay):
    created, code = create(variables, relay)
    held = item(table)
    assert (held["writes"], len(held["ledger"]) < 256, code in held["ledger"]) == (1, True, False)
    assert abs(int(held["expires"]) - time.time() - 2 * DAY_S) < 60
    assert verify(variables, created, code) == (True, "Right")
    assert item(table)["writes"] == 2


def test_ten_wrong_codes_lock_whichever_process_they_come_to(table, variables, relay):
    created, code = create(variables, relay)
    for _ in range(10):
        assert verify(variables, created, "no code") == (False, "Wrong")
    assert verify(variables, created, code) == (False, "Locked")
    assert item(table)["writes"] == 11


def test_one_event_in_three_processes_mails_one_code(table, variables, relay):
    codes = {create(variables, relay)[1] for _ in range(3)}
    assert (len(codes), len(relay.handler.envelopes)) == (1, 3)


def test_without_the_table_nothing_is_mailed_and_nothing_judged(table, variables, relay):
    created, code = create(variables, relay)
    table.delete()
    for name, event in [("2fa-create", EVENT), ("2fa-verify", verify_event(created, code))]:
        with Function(variables, name) as function:
            kind, error_type, error = function.invoke(event)
            assert (kind, error_type) == ("error", "Function.NotCounted")
            assert error["errorMessage"] == "Sign-in is not available"
            reason = "the table of counters refused with 400 ResourceNotFoundException"
            assert function.logged()["reason"] == reason
    assert len(relay.handler.envelopes) == 1


class Overtaking(http.server.BaseHTTPRequestHandler):
    """Hands requests on to moto. Before the first update, somebody else writes the item."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        target = self.headers["x-amz-target"]
        self.server.calls.append(target.rsplit(".", 1)[1])
        if target.endswith("UpdateItem") and self.server.somebody_else:
            self.server.somebody_else.pop()()
        answer = requests.post(self.server.moto, data=body, headers=dict(self.headers), timeout=10)
        self.send_response(answer.status_code)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_):
        pass


def test_an_answer_that_was_overtaken_is_judged_over_what_the_other_one_left(moto, table, variables, relay):
    """A lock that comes between reading and writing holds against the right code."""
    created, code = create(variables, relay)
    for _ in range(9):
        verify(variables, created, "no code")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Overtaking) as proxy:
        proxy.moto, proxy.calls = moto, []
        proxy.somebody_else = [lambda: verify(variables, created, "no code")]
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        overtaken = {**variables, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.server_port}"}
        assert verify(overtaken, created, code) == (False, "Locked")
        assert proxy.calls == ["GetItem", "UpdateItem", "GetItem"]
        proxy.shutdown()
    assert item(table)["writes"] == 11
