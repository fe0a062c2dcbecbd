"""One event delivered up to three times, as Cognito does when an answer is late: to a process that remembers, to new ones,
to several at once. The pool that the functions call back is a running server."""

import copy
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from blackbox import waiting
from blackbox.function_process import EVENT, Function, settings
from blackbox.inbox import CODE
from blackbox.mail_programs import MailServer, Recorder
from blackbox.pool import Pool
from blackbox.server import REGION, Server

# How far apart two deliveries may be to be taken for one event.
REPEAT_WINDOW_S = 15


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("pool"), inbox=False)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def idp(server):
    return server.idp()


@pytest.fixture(scope="module")
def pool(idp):
    return Pool(idp)


@pytest.fixture
def relay():
    with MailServer(Recorder()) as running:
        yield running


@pytest.fixture
def variables(server, pool, relay):
    """The settings of the functions, with the server as their pool."""
    key_id, secret = server.access_key
    return {
        **settings(f"smtp://127.0.0.1:{relay.port}"),
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "USER_POOL_ID": pool.id,
    }


@pytest.fixture
def event(idp, pool, user):
    """The event of the first code challenge of a person's sign-in."""
    about = idp.admin_get_user(UserPoolId=pool.id, Username=user.email)
    attributes = {held["Name"]: held["Value"] for held in about["UserAttributes"]}
    made = copy.deepcopy(EVENT)
    made |= {"userPoolId": pool.id, "region": REGION, "userName": about["Username"]}
    made["request"]["userAttributes"] = attributes
    return made


def codes(relay):
    """The code of each mail that the relay has taken."""
    contents = [envelope.original_content.decode() for envelope in relay.handler.envelopes]
    # The first part is the plain text; its code stands on a line of its own.
    return [next(filter(CODE.fullmatch, content.split("\r\n"))) for content in contents]


def delivered_to_a_new_process(variables, event):
    with Function(variables) as function:
        kind, _, answer = function.invoke(event)
        assert (kind, function.logged()["ledger"]) == ("response", "written")
        return answer


def is_right(variables, answer, code):
    """Whether the Verify function takes a code for the challenge that Create answered with."""
    event = {**answer, "triggerSource": "VerifyAuthChallengeResponse_Authentication", "response": {}}
    request = {name: answer["request"][name] for name in ("userAttributes", "session")}
    private = answer["response"]["privateChallengeParameters"]
    event["request"] = {**request, "privateChallengeParameters": private, "challengeAnswer": code}
    with Function(variables, "2fa-verify") as function:
        return function.invoke(event)[2]["response"]["answerCorrect"]


def test_a_warm_process_mails_once(variables, event, relay):
    with Function(variables) as function:
        answers = [function.invoke(event)[2] for _ in range(3)]
    public = [answer["response"]["publicChallengeParameters"] for answer in answers]
    # Each may be another sign-in that looks the same, so each has a name and a token of its own.
    for name in ("signIn", "deviceToken"):
        assert len({parameters.pop(name) for parameters in public}) == 3
    assert public[0] == public[1] == public[2]
    (code,) = codes(relay)
    assert is_right(variables, answers[2], code)
    assert not is_right(variables, answers[2], "000000" if code != "000000" else "111111")


def test_three_cold_processes_mail_one_code(variables, event, relay):
    answers = [delivered_to_a_new_process(variables, event) for _ in range(3)]
    mailed = codes(relay)
    assert len(mailed) == 3, "nothing tells a new process whether the first mail left"
    assert len(set(mailed)) == 1
    # Whichever answer Cognito goes on with, the code in the mailbox is right; for another sign-in it is used then.
    assert [is_right(variables, answers[at], mailed[0]) for at in (2, 2, 0, 1)] == [True, True, False, False]


def test_cold_then_warm_mails_once_for_each_process_and_one_code(variables, event, relay):
    delivered_to_a_new_process(variables, event)
    with Function(variables) as function:
        assert [function.invoke(event)[0] for _ in range(2)] == ["response"] * 2
    mailed = codes(relay)
    assert len(mailed) == 2 and len(set(mailed)) == 1


def test_three_processes_at_once_mail_one_code(variables, event, relay):
    # Without a ledger to read, deliveries agree unless a step of this many seconds lies between them.
    waiting.until("the first half of a step", lambda: time.time() % REPEAT_WINDOW_S < REPEAT_WINDOW_S / 2 or None)
    with ThreadPoolExecutor(3) as executor:
        answers = list(executor.map(lambda _: delivered_to_a_new_process(variables, event), range(3)))
    mailed = codes(relay)
    assert 1 <= len(mailed) <= 3 and len(set(mailed)) == 1
    assert [is_right(variables, answer, mailed[0]) for answer in answers] == [True, False, False]
