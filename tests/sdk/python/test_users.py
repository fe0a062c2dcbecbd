"""What signed-in people do with their account, and administrators with theirs."""

import pytest
from blackbox import errors
from blackbox.srp import Credentials, prover
from botocore.exceptions import ClientError


@pytest.fixture
def access_token(idp, pool, client, user):
    signed_in = prover(idp, pool.credentials(client, user)).authenticate_user(idp)
    return signed_in["AuthenticationResult"]["AccessToken"]


def attributes(described):
    return {attribute["Name"]: attribute["Value"] for attribute in described["UserAttributes"]}


def test_people_read_and_change_their_attributes(idp, user, access_token):
    idp.update_user_attributes(
        AccessToken=access_token,
        UserAttributes=[{"Name": "given_name", "Value": "Ada"}, {"Name": "locale", "Value": "de"}],
    )
    described = idp.get_user(AccessToken=access_token)
    found = attributes(described)
    assert (found["given_name"], found["email"]) == ("Ada", user.email)
    assert described["Username"] == found["sub"]
    idp.delete_user_attributes(AccessToken=access_token, UserAttributeNames=["locale"])
    assert "locale" not in attributes(idp.get_user(AccessToken=access_token))


def test_people_cannot_change_what_is_not_theirs_to_change(idp, access_token):
    with pytest.raises((idp.exceptions.NotAuthorizedException, idp.exceptions.InvalidParameterException)):
        idp.update_user_attributes(
            AccessToken=access_token, UserAttributes=[{"Name": "sub", "Value": "somebody else"}]
        )
    with pytest.raises((idp.exceptions.NotAuthorizedException, idp.exceptions.InvalidParameterException)):
        idp.update_user_attributes(
            AccessToken=access_token, UserAttributes=[{"Name": "email_verified", "Value": "true"}]
        )


def test_a_changed_password_is_the_only_one_that_works(idp, pool, client, user, access_token):
    new = "Another-Horse-10!"
    with errors.refused(*errors.WRONG_PASSWORD):
        idp.change_password(AccessToken=access_token, PreviousPassword="Wrong-1!", ProposedPassword=new)
    with errors.refused(
        "InvalidPasswordException",
        "Password does not conform to policy: Password not long enough",
    ):
        idp.change_password(
            AccessToken=access_token, PreviousPassword=user.password, ProposedPassword="aA1!"
        )
    idp.change_password(AccessToken=access_token, PreviousPassword=user.password, ProposedPassword=new)
    with errors.refused(*errors.WRONG_PASSWORD):
        prover(idp, pool.credentials(client, user)).authenticate_user(idp)
    changed = pool.credentials(client, user, password=new)
    assert "AuthenticationResult" in prover(idp, changed).authenticate_user(idp)


def test_people_delete_themselves(idp, pool, user, access_token):
    idp.delete_user(AccessToken=access_token)
    with errors.refused("UserNotFoundException", "User does not exist."):
        idp.admin_get_user(UserPoolId=pool.id, Username=user.email)


def test_users_are_listed_by_filter_and_page(idp, pool):
    users = [pool.user() for _ in range(3)]

    def emails(**query):
        pages = idp.get_paginator("list_users").paginate(UserPoolId=pool.id, **query)
        return [attributes({"UserAttributes": user["Attributes"]})["email"] for page in pages for user in page["Users"]]

    wanted = users[1].email
    assert emails(Filter=f'email = "{wanted}"') == [wanted]
    assert emails(Filter=f'email ^= "{wanted[:12]}"') == [wanted]
    assert emails(Filter='email = "nobody@example.com"') == []
    assert set(emails(Filter='status = "Enabled"', PaginationConfig={"PageSize": 2})) >= {u.email for u in users}
    with pytest.raises(idp.exceptions.InvalidParameterException):
        emails(Filter='custom:authChallenge = "x"')


def test_an_administrator_reads_changes_and_removes_attributes(idp, pool, user):
    who = {"UserPoolId": pool.id, "Username": user.email}
    idp.admin_update_user_attributes(**who, UserAttributes=[{"Name": "custom:authChallenge", "Value": "x"}])
    described = idp.admin_get_user(**who)
    assert attributes(described)["custom:authChallenge"] == "x"
    assert (described["UserStatus"], described["Enabled"]) == ("CONFIRMED", True)
    idp.admin_delete_user_attributes(**who, UserAttributeNames=["custom:authChallenge"])
    assert "custom:authChallenge" not in attributes(idp.admin_get_user(**who))


def test_the_same_address_cannot_be_taken_twice(idp, pool, user):
    with errors.refused("UsernameExistsException", "An account with the given email already exists."):
        idp.admin_create_user(
            UserPoolId=pool.id,
            Username=user.email,
            UserAttributes=[{"Name": "email", "Value": user.email}],
        )


def test_a_call_without_or_with_an_unknown_key_is_refused(server, pool):
    with pytest.raises(ClientError) as caught:
        server.unsigned_idp().describe_user_pool(UserPoolId=pool.id)
    assert errors.of(caught.value)[0] == "MissingAuthenticationTokenException"
    with errors.refused(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    ):
        server.idp(key=("AKIAAAAAAAAAAAAAAAAA", "x" * 40)).describe_user_pool(UserPoolId=pool.id)
    key_id, secret = server.access_key
    with pytest.raises(ClientError) as caught:
        server.idp(key=(key_id, secret[::-1])).describe_user_pool(UserPoolId=pool.id)
    assert errors.of(caught.value)[0] == "InvalidSignatureException"


def test_a_forgotten_member_is_named_in_the_services_own_words(server):
    with errors.refused(
        "InvalidParameterException",
        "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must not be null",
    ):
        server.idp(validate=False).admin_get_user(UserPoolId="us-east-1_AbCd12345")


def test_an_operation_without_behaviour_says_so(idp, pool):
    with pytest.raises(ClientError) as refused:
        idp.update_auth_event_feedback(
            UserPoolId=pool.id, Username="mara", EventId="event", FeedbackToken="token", FeedbackValue="Valid"
        )
    code, sentence = errors.of(refused.value)
    assert code == "InvalidParameterException"
    assert sentence.startswith("UpdateAuthEventFeedback is not available on this server. Feedback tokens come in mails")
    with pytest.raises(ClientError) as refused:
        idp.list_user_pool_replicas(UserPoolId=pool.id)
    _, sentence = errors.of(refused.value)
    assert sentence.startswith("ListUserPoolReplicas is not available on this server. Replicas of a user pool in other Regions")


def test_passwords_that_were_never_set_sign_nobody_in(idp, pool, client):
    idp.admin_create_user(UserPoolId=pool.id, Username="new@example.com", MessageAction="SUPPRESS")
    nobody = Credentials(pool.id, client["ClientId"], "new@example.com", "Correct-Horse-9!")
    with errors.refused(*errors.WRONG_PASSWORD):
        prover(idp, nobody).authenticate_user(idp)
