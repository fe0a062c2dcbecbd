"""pycognito as its users use it."""

import pytest
from blackbox import errors
from pycognito import Cognito


@pytest.fixture
def cognito(server, pool, client, user):
    return Cognito(
        pool.id, client["ClientId"], username=user.email, boto3_client_kwargs={"endpoint_url": server.url}
    )


def test_it_signs_in_verifies_refreshes_and_signs_out(cognito, user):
    cognito.authenticate(password=user.password)
    cognito.verify_tokens()
    assert cognito.id_claims["email"] == user.email
    assert cognito.get_user().email == user.email

    first = cognito.access_token
    cognito.renew_access_token()
    assert cognito.access_token != first
    cognito.verify_tokens()
    assert cognito.check_token(renew=False) is False

    refresh_token, access_token = cognito.refresh_token, cognito.access_token
    cognito.logout()
    cognito.refresh_token, cognito.access_token = refresh_token, access_token
    with errors.refused("NotAuthorizedException", "Refresh Token has been revoked"):
        cognito.renew_access_token()


def test_it_signs_in_with_a_client_secret(server, pool, user):
    client = pool.client(GenerateSecret=True)
    cognito = Cognito(
        pool.id,
        client["ClientId"],
        client_secret=client["ClientSecret"],
        username=user.email,
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    cognito.authenticate(password=user.password)
    cognito.verify_tokens()


def test_a_wrong_password_is_told_as_by_cognito(cognito):
    with errors.refused(*errors.WRONG_PASSWORD):
        cognito.authenticate(password="Wrong-Horse-9!")


def test_it_changes_passwords_and_attributes(cognito, user):
    cognito.authenticate(password=user.password)
    cognito.update_profile({"given_name": "Ada"})
    assert cognito.get_user().given_name == "Ada"
    cognito.change_password(user.password, "Another-Horse-10!")
    cognito.authenticate(password="Another-Horse-10!")


def test_it_answers_a_temporary_password_with_a_new_one(server, pool, client):
    user = pool.user(permanent=False)
    cognito = Cognito(
        pool.id, client["ClientId"], username=user.email, boto3_client_kwargs={"endpoint_url": server.url}
    )
    cognito.new_password_challenge(user.password, "Another-Horse-10!")
    cognito.verify_tokens()
