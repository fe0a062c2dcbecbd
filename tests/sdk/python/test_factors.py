"""Second factors by way of boto3 and pycognito: authenticator apps and codes by mail."""

import base64
import hashlib
import hmac
import re
import time

import pytest
from blackbox import errors
from blackbox.pool import Pool
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException

ADMIN_ONLY = {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}
STEP = 30


def shown(secret, step):
    """What an app shows in a step, by RFC 6238."""
    seed = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(seed, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


class App:
    """An authenticator app. A step is good once: what it shows is of a step that it has not shown before, which the server
    takes for a clock that is a little fast."""

    def __init__(self, secret):
        self._secret = secret
        self._next = int(time.time()) // STEP - 1

    def code(self):
        self._next = max(self._next, int(time.time()) // STEP - 1) + 1
        return shown(self._secret, self._next - 1)


@pytest.fixture(scope="module")
def factors(server, idp):
    """A pool that asks who has one for a second factor."""
    pool = Pool(idp, AccountRecoverySetting=ADMIN_ONLY)
    server.open_door(pool.id)
    configuration = {
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": True},
        "EmailMfaConfiguration": {"Subject": "Your code"},
    }
    said = idp.set_user_pool_mfa_config(UserPoolId=pool.id, **configuration)
    read = idp.get_user_pool_mfa_config(UserPoolId=pool.id)
    for member, value in configuration.items():
        assert said[member] == read[member] == value
    return pool


@pytest.fixture(scope="module")
def app_client(factors):
    return factors.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])


@pytest.fixture
def person(factors):
    return factors.user()


def sign_in(idp, client, person):
    parameters = {"USERNAME": person.email, "PASSWORD": person.password}
    return idp.initiate_auth(
        ClientId=client["ClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )


def answer(idp, client, person, asked, **responses):
    return idp.respond_to_auth_challenge(
        ClientId=client["ClientId"],
        ChallengeName=asked["ChallengeName"],
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": person.email, **responses},
    )


def test_pycognito_registers_an_app_and_signs_in_with_it(server, factors, app_client, person):
    options = {"endpoint_url": server.url}
    cognito = Cognito(factors.id, app_client["ClientId"], username=person.email, boto3_client_kwargs=options)
    cognito.authenticate(password=person.password)
    app = App(cognito.associate_software_token())
    assert cognito.verify_software_token(app.code(), "phone") is True
    cognito.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    again = Cognito(factors.id, app_client["ClientId"], username=person.email, boto3_client_kwargs=options)
    with pytest.raises(SoftwareTokenMFAChallengeException) as asked:
        again.authenticate(password=person.password)
    again.respond_to_software_token_mfa_challenge(app.code(), asked.value.get_tokens())
    again.verify_tokens()


def test_a_code_by_mail_is_typed_once_and_no_other_signs_in(idp, inbox, factors, app_client, person):
    preference = {"Enabled": True, "PreferredMfa": True}
    idp.admin_set_user_mfa_preference(UserPoolId=factors.id, Username=person.email, EmailMfaSettings=preference)
    asked = sign_in(idp, app_client, person)
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "a***@e***"
    mail = inbox.mail_to(person.email)
    assert mail.subject == "Your code"
    code = re.search(r"(?<!\d)\d{8}(?!\d)", mail.text).group()
    wrong = str((int(code[0]) + 1) % 10) + code[1:]
    with errors.refused("CodeMismatchException", "Invalid code or auth state for the user."):
        answer(idp, app_client, person, asked, EMAIL_OTP_CODE=wrong)
    assert answer(idp, app_client, person, asked, EMAIL_OTP_CODE=code)["AuthenticationResult"]["AccessToken"]
    with errors.refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        answer(idp, app_client, person, asked, EMAIL_OTP_CODE=code)
    user = idp.admin_get_user(UserPoolId=factors.id, Username=person.email)
    assert user["PreferredMfaSetting"] == "EMAIL_OTP" and user["UserMFASettingList"] == ["EMAIL_OTP"]


def test_a_pool_that_asks_everybody_has_new_people_set_up_an_app(server, idp):
    pool = Pool(idp, AccountRecoverySetting=ADMIN_ONLY)
    server.open_door(pool.id)
    idp.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    client = pool.client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    person = pool.user()
    asked = sign_in(idp, client, person)
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert asked["ChallengeParameters"]["MFAS_CAN_SETUP"] == '["SOFTWARE_TOKEN_MFA"]'
    unsigned = server.unsigned_idp()
    associated = unsigned.associate_software_token(Session=asked["Session"])
    app = App(associated["SecretCode"])
    verified = unsigned.verify_software_token(Session=associated["Session"], UserCode=app.code())
    assert verified["Status"] == "SUCCESS"
    done = answer(unsigned, client, person, {**asked, "Session": verified["Session"]})
    assert done["AuthenticationResult"]["RefreshToken"]
    assert sign_in(idp, client, person)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
