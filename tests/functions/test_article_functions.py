"""Functions as people write them for Lambda sign people in, unmodified, as processes of the pool."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest
from blackbox import errors, waiting
from blackbox.srp import answer_code, start_custom_auth, wrong_code
from pycognito import Cognito

IDENTITY_JS = Path(__file__).parent / "identity-js.mjs"
FUNCTIONS = ("2faDefine", "2faCreate", "2faVerify")


@pytest.fixture
def credentials(pool, client, user):
    return pool.credentials(client, user)


def attribute(idp, pool, user):
    attributes = idp.admin_get_user(UserPoolId=pool.id, Username=user.email)["UserAttributes"]
    found = [held["Value"] for held in attributes if held["Name"] == "custom:authChallenge"]
    return found[0] if found else None


def test_the_mailed_code_signs_in(server, idp, pool, client, user, credentials, inbox):
    challenge = start_custom_auth(idp, credentials)
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert challenge["ChallengeParameters"]["medium"] == "email"
    tokens = answer_code(idp, credentials, challenge, inbox.code_for(user.email))["AuthenticationResult"]
    cognito = Cognito(
        pool.id,
        client["ClientId"],
        id_token=tokens["IdToken"],
        access_token=tokens["AccessToken"],
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    cognito.verify_tokens()
    assert cognito.id_claims["email"] == user.email


def test_the_code_and_its_expiry_are_in_the_attribute(idp, pool, user, credentials, inbox):
    assert attribute(idp, pool, user) is None
    start_custom_auth(idp, credentials)
    kept = json.loads(attribute(idp, pool, user))
    assert kept["code"] == inbox.code_for(user.email)
    assert 0 < kept["expiry"] / 1000 - time.time() <= 180


def test_a_wrong_code_is_asked_for_again_and_mails_nothing(idp, user, credentials, inbox):
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    challenge = answer_code(idp, credentials, challenge, wrong_code(code))
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert "AuthenticationResult" in answer_code(idp, credentials, challenge, code)
    assert len(inbox.mails_to(user.email)) == 1


def test_three_wrong_codes_end_the_sign_in(idp, user, credentials, inbox):
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    for _ in range(2):
        challenge = answer_code(idp, credentials, challenge, wrong_code(code))
    with errors.refused(*errors.WRONG_PASSWORD):
        answer_code(idp, credentials, challenge, wrong_code(code))


def test_an_expired_code_does_not_sign_in(idp, pool, user, credentials, inbox):
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    expired = {"Name": "custom:authChallenge", "Value": json.dumps({"code": code, "expiry": 1})}
    idp.admin_update_user_attributes(UserPoolId=pool.id, Username=user.email, UserAttributes=[expired])
    assert answer_code(idp, credentials, challenge, code)["ChallengeName"] == "CUSTOM_CHALLENGE"


def test_a_wrong_password_mails_nothing(idp, pool, client, user, inbox):
    with errors.refused(*errors.WRONG_PASSWORD):
        start_custom_auth(idp, pool.credentials(client, user, "Wrong-Horse-9!"))
    assert inbox.mails_to(user.email) == []


def test_identity_js_signs_in(server, pool, client, user, inbox):
    arguments = [server.url, pool.id, client["ClientId"], user.email, user.password]
    command = ["node", IDENTITY_JS, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout.readline() == "code?\n"
        said, _ = app.communicate(inbox.code_for(user.email) + "\n", timeout=30)
    assert json.loads(said)["email"] == user.email
    assert app.returncode == 0


def test_each_call_is_in_the_functions_log(server, idp, credentials, user, inbox):
    challenge = start_custom_auth(idp, credentials)
    answer_code(idp, credentials, challenge, inbox.code_for(user.email))
    for function in FUNCTIONS:
        log = waiting.until(f"the log of {function}", lambda name=function: server.function_log(name))
        started = re.findall(r"^\S+Z START RequestId: (\S+) Version: \$LATEST$", log, re.MULTILINE)
        ended = re.findall(r"^\S+Z END RequestId: (\S+)$", log, re.MULTILINE)
        reported = re.findall(r"^\S+Z REPORT RequestId: (\S+)\tDuration: \d+\.\d\d ms\t", log, re.MULTILINE)
        assert started and started == ended == reported
        assert log.count("\tInit Duration: ") == 1, "one process, which keeps its memory"
