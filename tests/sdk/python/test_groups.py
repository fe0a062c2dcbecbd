"""Groups by way of boto3, and what tokens say of them."""

import base64
import json

import pytest
from blackbox import errors
from blackbox.srp import prover

ROLE = "arn:aws:iam::123456789012:role/editors"


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest.fixture
def editors(idp, pool):
    name = "staff"
    idp.create_group(UserPoolId=pool.id, GroupName=name, Precedence=1, RoleArn=ROLE)
    yield name
    idp.delete_group(UserPoolId=pool.id, GroupName=name)


def test_tokens_and_refreshed_tokens_tell_the_groups_of_their_user(idp, pool, client, user, editors):
    membership = {"UserPoolId": pool.id, "GroupName": editors, "Username": user.email}
    idp.admin_add_user_to_group(**membership)
    signed_in = prover(idp, pool.credentials(client, user)).authenticate_user(idp)["AuthenticationResult"]
    assert claims(signed_in["AccessToken"])["cognito:groups"] == [editors]
    identity = claims(signed_in["IdToken"])
    assert identity["cognito:groups"] == [editors]
    assert identity["cognito:roles"] == [ROLE]
    assert identity["cognito:preferred_role"] == ROLE
    idp.admin_remove_user_from_group(**membership)
    refreshed = idp.get_tokens_from_refresh_token(
        ClientId=client["ClientId"], RefreshToken=signed_in["RefreshToken"]
    )["AuthenticationResult"]
    for token in ("AccessToken", "IdToken"):
        assert not [name for name in claims(refreshed[token]) if name.startswith(("cognito:groups", "cognito:roles"))]


def test_groups_and_members_are_listed_page_by_page(idp, pool, editors):
    users = [pool.user() for _ in range(3)]
    for user in users:
        idp.admin_add_user_to_group(UserPoolId=pool.id, GroupName=editors, Username=user.email)

    def listed(operation, member, **query):
        pages = idp.get_paginator(operation).paginate(UserPoolId=pool.id, PaginationConfig={"PageSize": 2}, **query)
        return [item for page in pages for item in page[member]]

    addresses = [
        {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}["email"]
        for user in listed("list_users_in_group", "Users", GroupName=editors)
    ]
    assert sorted(addresses) == sorted(user.email for user in users)
    assert editors in [group["GroupName"] for group in listed("list_groups", "Groups")]
    of_user = listed("admin_list_groups_for_user", "Groups", Username=users[0].email)
    assert [group["GroupName"] for group in of_user] == [editors]


def test_refusals_are_the_services(idp, pool, user, editors):
    with errors.refused("GroupExistsException", "A group with the name already exists."):
        idp.create_group(UserPoolId=pool.id, GroupName=editors)
    with errors.refused("ResourceNotFoundException", "Group not found."):
        idp.get_group(UserPoolId=pool.id, GroupName="nobody")
    with errors.refused("UserNotFoundException", "User does not exist."):
        idp.admin_add_user_to_group(UserPoolId=pool.id, GroupName=editors, Username="nobody@example.com")
