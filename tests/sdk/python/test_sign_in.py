"""Password, then the mailed code: boto3 with pycognito's arithmetic."""

import jwt
import pytest
from blackbox import errors
from blackbox.srp import answer_code, prover, start_custom_auth, wrong_code

pytestmark = pytest.mark.code


def test_the_right_password_and_code_sign_in(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    parameters = challenge["ChallengeParameters"]
    assert parameters["CODE_DELIVERY_DELIVERY_MEDIUM"] == "EMAIL"
    assert parameters["CODE_DELIVERY_DESTINATION"] == "a***@e***"
    assert (parameters["codeLength"], parameters["codeAlphabet"]) == ("6", "digits")
    assert (parameters["result"], parameters["attemptsLeft"]) == ("sent", "3")

    signed_in = answer_code(idp, credentials, challenge, inbox.code_for(user.email))
    assert signed_in["ChallengeParameters"] == {}
    result = signed_in["AuthenticationResult"]
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
    claims = jwt.decode(result["IdToken"], options={"verify_signature": False})
    assert (claims["email"], claims["email_verified"]) == (user.email, True)
    assert len(inbox.mails_to(user.email)) == 1


def test_the_code_is_nowhere_but_in_the_mail(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    assert code not in str(challenge["ChallengeParameters"])
    described = idp.admin_get_user(UserPoolId=pool.id, Username=user.email)
    assert code not in str(described["UserAttributes"])
    result = answer_code(idp, credentials, challenge, code)["AuthenticationResult"]
    for token in (result["IdToken"], result["AccessToken"]):
        assert code not in str(jwt.decode(token, options={"verify_signature": False}).values())


def test_a_wrong_password_sends_no_mail(idp, pool, client, user, inbox):
    with errors.refused(*errors.WRONG_PASSWORD):
        start_custom_auth(idp, pool.credentials(client, user, password="Wrong-Horse-9!"))
    assert inbox.mails_to(user.email) == []


def test_three_wrong_codes_end_the_sign_in(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    right = inbox.code_for(user.email)
    for left in ("2", "1"):
        challenge = answer_code(idp, credentials, challenge, wrong_code(right))
        parameters = challenge["ChallengeParameters"]
        assert (parameters["result"], parameters["attemptsLeft"]) == ("wrong", left)
    with errors.refused(*errors.WRONG_PASSWORD):
        answer_code(idp, credentials, challenge, wrong_code(right))
    with errors.refused(*errors.USED_SESSION):
        answer_code(idp, credentials, challenge, right)
    # One code, and perhaps already the notice that somebody knows the password and not the code.
    codes = [mail for mail in inbox.mails_to(user.email) if "code" in mail.subject]
    assert len(codes) == 1


def test_the_right_code_after_a_wrong_one_signs_in(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    first = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    second = answer_code(idp, credentials, first, wrong_code(code))
    assert second["Session"] != first["Session"]
    assert "AuthenticationResult" in answer_code(idp, credentials, second, code)


def test_a_session_is_good_for_one_answer(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    answer_code(idp, credentials, challenge, code)
    with errors.refused(*errors.USED_SESSION):
        answer_code(idp, credentials, challenge, code)


def test_a_session_of_another_user_or_client_is_not_valid(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    elsewhere = pool.credentials(pool.client(), user)
    with errors.refused("NotAuthorizedException", "Invalid session for the user."):
        answer_code(idp, elsewhere, challenge, code)
    foreign = {**challenge, "ChallengeParameters": {"USERNAME": pool.user().email}}
    with errors.refused("NotAuthorizedException", "Invalid session for the user."):
        answer_code(idp, credentials, foreign, code)


def test_the_code_of_another_sign_in_is_wrong(idp, pool, client, user, inbox):
    other = pool.user()
    start_custom_auth(idp, pool.credentials(client, other))
    foreign = inbox.code_for(other.email)
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    if inbox.code_for(user.email) == foreign:
        pytest.skip("both codes are the same, which happens once in a million runs")
    again = answer_code(idp, credentials, challenge, foreign)
    assert again["ChallengeParameters"]["result"] == "wrong"


def test_resend_within_the_cooldown_mails_nothing_and_costs_no_attempt(idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    again = answer_code(idp, credentials, challenge, "resend", ClientMetadata={"action": "resend"})
    parameters = again["ChallengeParameters"]
    assert (parameters["result"], parameters["attemptsLeft"]) == ("too_soon", "3")
    assert 0 < int(parameters["resendIn"]) <= 30
    assert "AuthenticationResult" in answer_code(idp, credentials, again, code)
    assert len(inbox.mails_to(user.email)) == 1


def test_an_unknown_user_looks_like_a_wrong_password(idp, pool, client):
    credentials = pool.credentials(client, pool.user())
    nobody = type(credentials)(pool.id, client["ClientId"], "nobody@example.com", "Correct-Horse-9!")
    with errors.refused(*errors.WRONG_PASSWORD):
        start_custom_auth(idp, nobody)


def test_an_unknown_user_is_told_apart_where_the_client_says_so(idp, pool):
    client = pool.client(PreventUserExistenceErrors="LEGACY")
    credentials = pool.credentials(client, pool.user())
    nobody = type(credentials)(pool.id, client["ClientId"], "nobody@example.com", "Correct-Horse-9!")
    with errors.refused("UserNotFoundException", "User does not exist."):
        start_custom_auth(idp, nobody)


def test_custom_authentication_needs_no_other_flow_beside_it(idp, pool, user, inbox):
    """A client without ALLOW_USER_SRP_AUTH still proves the password first, and has no door without a code."""
    client = pool.client(ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    credentials = pool.credentials(client, user)
    with errors.refused("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client."):
        prover(idp, credentials).authenticate_user(idp)
    challenge = start_custom_auth(idp, credentials)
    signed_in = answer_code(idp, credentials, challenge, inbox.code_for(user.email))
    assert "AuthenticationResult" in signed_in


def test_a_client_with_a_secret_must_prove_that_it_has_it(idp, pool, user, inbox):
    client = pool.client(GenerateSecret=True)
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    signed_in = answer_code(idp, credentials, challenge, inbox.code_for(user.email))
    assert "AuthenticationResult" in signed_in

    client_id = client["ClientId"]
    bare = type(credentials)(pool.id, client_id, user.email, user.password)
    message = f"Client {client_id} is configured with secret but SECRET_HASH was not received"
    with errors.refused("NotAuthorizedException", message):
        start_custom_auth(idp, bare)
    forged = type(credentials)(pool.id, client_id, user.email, user.password, "not-the-secret")
    with errors.refused("NotAuthorizedException", f"Unable to verify secret hash for client {client_id}"):
        start_custom_auth(idp, forged)


def test_a_temporary_password_is_changed_first_and_the_code_still_asked_for(idp, pool, client, inbox):
    user = pool.user(permanent=False)
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(idp, credentials)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert inbox.mails_to(user.email) == []
    username = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"]
    new_password = "Another-Horse-10!"
    challenge = idp.respond_to_auth_challenge(
        ClientId=client["ClientId"],
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": username, "NEW_PASSWORD": new_password},
    )
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    signed_in = answer_code(idp, credentials, challenge, inbox.code_for(user.email))
    assert "AuthenticationResult" in signed_in
    described = idp.admin_get_user(UserPoolId=pool.id, Username=user.email)
    assert described["UserStatus"] == "CONFIRMED"
