"""Secrets of app clients, and from where people sign in, by way of boto3."""

import pytest
from blackbox import errors
from blackbox.srp import prover

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture
def confidential(pool):
    return pool.client(GenerateSecret=True, ExplicitAuthFlows=FLOWS)


def test_one_secret_takes_the_place_of_the_other(idp, pool, confidential, user):
    ids = {"UserPoolId": pool.id, "ClientId": confidential["ClientId"]}
    added = idp.add_user_pool_client_secret(**ids)["ClientSecretDescriptor"]
    renewed = {**confidential, "ClientSecret": added["ClientSecretValue"]}
    for client in (confidential, renewed):
        assert "AuthenticationResult" in prover(idp, pool.credentials(client, user)).authenticate_user(idp)
    with errors.refused("LimitExceededException", "An app client can have at most 2 secrets."):
        idp.add_user_pool_client_secret(**ids)
    older, newer = idp.list_user_pool_client_secrets(**ids)["ClientSecrets"]
    assert newer["ClientSecretId"] == added["ClientSecretId"]
    assert "ClientSecretValue" not in newer
    idp.delete_user_pool_client_secret(**ids, ClientSecretId=older["ClientSecretId"])
    with errors.refused(
        "NotAuthorizedException", f"Unable to verify secret hash for client {confidential['ClientId']}"
    ):
        prover(idp, pool.credentials(confidential, user)).authenticate_user(idp)
    assert "AuthenticationResult" in prover(idp, pool.credentials(renewed, user)).authenticate_user(idp)


def test_nobody_signs_in_from_a_blocked_address(idp, pool, user):
    client = pool.client()
    ids = {"UserPoolId": pool.id, "ClientId": client["ClientId"]}
    sign_in = prover(idp, pool.credentials(client, user)).authenticate_user
    idp.set_risk_configuration(
        **ids, RiskExceptionConfiguration={"BlockedIPRangeList": ["127.0.0.0/8", "::1/128"]}
    )
    with errors.refused("NotAuthorizedException", "Unable to login because of security reasons."):
        sign_in(idp)
    idp.set_risk_configuration(**ids, RiskExceptionConfiguration={"BlockedIPRangeList": ["192.0.2.0/24"]})
    assert "AuthenticationResult" in sign_in(idp)
