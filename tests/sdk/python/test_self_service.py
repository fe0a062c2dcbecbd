"""docs/guides/self-service.md with boto3: people who sign up, confirm, and forget their password."""

import secrets

import pytest
from blackbox import errors
from blackbox.pool import FLOWS, Pool, User
from blackbox.srp import answer_code, start_custom_auth, wrong_code

MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
ENDED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
DETAILS = {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
NEW = "Battery-Staple-1"


@pytest.fixture(scope="module")
def people(idp):
    """A pool that asks for a code and takes sign-ups."""
    return Pool(idp, AutoVerifiedAttributes=["email"])


@pytest.fixture(scope="module")
def app(people):
    return people.client()["ClientId"]


@pytest.fixture
def ada():
    return User(f"ada.{secrets.token_hex(6)}@example.com", "Correct-Horse-9!")


def sign_up(idp, app, user):
    return idp.sign_up(ClientId=app, Username=user.email, Password=user.password)


def test_a_sign_up_is_confirmed_by_its_code_and_then_signs_in_with_another(idp, people, app, ada, inbox):
    signed_up = sign_up(idp, app, ada)
    assert (signed_up["UserConfirmed"], signed_up["CodeDeliveryDetails"]) == (False, DETAILS)
    assert "Session" not in signed_up
    first = inbox.code_for(ada.email)
    sent = idp.resend_confirmation_code(ClientId=app, Username=ada.email)
    assert sent["CodeDeliveryDetails"] == DETAILS
    code = inbox.code_for(ada.email, seen=1)
    confirm = {"ClientId": app, "Username": ada.email}
    with errors.refused(*MISMATCH):
        idp.confirm_sign_up(**confirm, ConfirmationCode=wrong_code(code))
    if first != code:
        with errors.refused(*MISMATCH):
            idp.confirm_sign_up(**confirm, ConfirmationCode=first)
    idp.confirm_sign_up(**confirm, ConfirmationCode=code)
    with errors.refused(
        "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"
    ):
        idp.confirm_sign_up(**confirm, ConfirmationCode=code)

    described = idp.admin_get_user(UserPoolId=people.id, Username=ada.email)
    attributes = {one["Name"]: one["Value"] for one in described["UserAttributes"]}
    assert (described["UserStatus"], attributes["email_verified"]) == ("CONFIRMED", "true")
    assert attributes["sub"] == signed_up["UserSub"]
    credentials = people.credentials({"ClientId": app}, ada)
    challenge = start_custom_auth(idp, credentials)
    result = answer_code(idp, credentials, challenge, inbox.code_for(ada.email, seen=2))
    assert result["AuthenticationResult"]["TokenType"] == "Bearer"


def test_a_forgotten_password_is_replaced_and_the_code_is_still_asked_for(idp, people, app, ada, inbox):
    sign_up(idp, app, ada)
    confirm = {"ClientId": app, "Username": ada.email}
    idp.confirm_sign_up(**confirm, ConfirmationCode=inbox.code_for(ada.email))
    assert idp.forgot_password(**confirm)["CodeDeliveryDetails"] == DETAILS
    code = inbox.code_for(ada.email, seen=1)
    with errors.refused(
        "InvalidPasswordException", "Password does not conform to policy: Password not long enough"
    ):
        idp.confirm_forgot_password(**confirm, ConfirmationCode=code, Password="Aa-1")
    idp.confirm_forgot_password(**confirm, ConfirmationCode=code, Password=NEW)
    with errors.refused(*ENDED):
        idp.confirm_forgot_password(**confirm, ConfirmationCode=code, Password=NEW)
    with errors.refused(*errors.WRONG_PASSWORD):
        start_custom_auth(idp, people.credentials({"ClientId": app}, ada))
    challenge = start_custom_auth(idp, people.credentials({"ClientId": app}, ada, password=NEW))
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"


def test_nobody_is_told_who_exists(idp, people, app, ada, inbox):
    sign_up(idp, app, ada)
    idp.confirm_sign_up(
        ClientId=app, Username=ada.email, ConfirmationCode=inbox.code_for(ada.email)
    )
    nobody = f"anna.{secrets.token_hex(6)}@example.com"
    answers = [idp.forgot_password(ClientId=app, Username=name) for name in (ada.email, nobody)]
    assert answers[0]["CodeDeliveryDetails"] == answers[1]["CodeDeliveryDetails"] == DETAILS
    for name in (ada.email, nobody):
        with errors.refused(*MISMATCH):
            idp.confirm_forgot_password(
                ClientId=app, Username=name, ConfirmationCode="no-code", Password=NEW
            )
    inbox.mail_to(ada.email, seen=1)
    assert inbox.mails_to(nobody) == []


def test_a_changed_address_is_verified_before_it_counts(idp, inbox, ada):
    pool = Pool(
        idp,
        LambdaConfig={},
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    app = pool.client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", *FLOWS])["ClientId"]
    sign_up(idp, app, ada)
    idp.confirm_sign_up(
        ClientId=app, Username=ada.email, ConfirmationCode=inbox.code_for(ada.email)
    )
    signed_in = idp.initiate_auth(
        ClientId=app,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": ada.email, "PASSWORD": ada.password},
    )
    token = signed_in["AuthenticationResult"]["AccessToken"]
    new = f"new.{secrets.token_hex(6)}@example.com"
    changed = idp.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}]
    )
    assert changed["CodeDeliveryDetailsList"] == [{**DETAILS, "Destination": "n***@e***"}]

    def email():
        user = idp.get_user(AccessToken=token)
        return {one["Name"]: one["Value"] for one in user["UserAttributes"]}["email"]

    assert email() == ada.email
    asked = idp.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    assert asked["CodeDeliveryDetails"]["Destination"] == "n***@e***"
    code = inbox.code_for(new, seen=1)
    idp.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
    assert email() == new
