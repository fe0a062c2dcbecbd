"""Sign-in with a password alone, for the app clients that allow it."""

import pytest
from blackbox import errors
from blackbox.srp import prover

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture
def password_client(pool):
    return pool.client(ExplicitAuthFlows=FLOWS)


def sign_in(idp, client, username, password):
    return idp.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=client["ClientId"],
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )


def test_the_right_password_signs_in(idp, password_client, user):
    answer = sign_in(idp, password_client, user.email, user.password)
    assert answer["ChallengeParameters"] == {}
    assert set(answer["AuthenticationResult"]) == {
        "AccessToken",
        "ExpiresIn",
        "IdToken",
        "RefreshToken",
        "TokenType",
    }


def test_an_administrator_signs_in_for_a_user(idp, pool, password_client, user):
    answer = idp.admin_initiate_auth(
        UserPoolId=pool.id,
        ClientId=password_client["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    assert "IdToken" in answer["AuthenticationResult"]


def test_a_flow_that_the_client_does_not_allow_is_refused(idp, client, password_client, pool, user):
    with errors.refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"):
        sign_in(idp, client, user.email, user.password)
    with pytest.raises(idp.exceptions.InvalidParameterException):
        prover(idp, pool.credentials(password_client, user)).authenticate_user(idp)


def test_the_sixth_wrong_password_in_a_row_finds_the_account_locked(idp, password_client, user):
    for _ in range(5):
        with errors.refused(*errors.WRONG_PASSWORD):
            sign_in(idp, password_client, user.email, "Wrong-Horse-9!")
    with errors.refused("NotAuthorizedException", "Password attempts exceeded"):
        sign_in(idp, password_client, user.email, user.password)


def test_a_temporary_password_must_be_changed(idp, pool, password_client):
    user = pool.user(permanent=False)
    challenge = sign_in(idp, password_client, user.email, user.password)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    parameters = challenge["ChallengeParameters"]
    assert parameters["requiredAttributes"] == "[]"
    assert f'"email":"{user.email}"' in parameters["userAttributes"]
    answer = {
        "ClientId": password_client["ClientId"],
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"],
    }
    responses = {"USERNAME": parameters["USER_ID_FOR_SRP"]}
    with pytest.raises(idp.exceptions.InvalidPasswordException):
        idp.respond_to_auth_challenge(**answer, ChallengeResponses={**responses, "NEW_PASSWORD": "short"})
    signed_in = idp.respond_to_auth_challenge(
        **answer, ChallengeResponses={**responses, "NEW_PASSWORD": "Another-Horse-10!"}
    )
    assert "AuthenticationResult" in signed_in
    assert "AuthenticationResult" in sign_in(idp, password_client, user.email, "Another-Horse-10!")
