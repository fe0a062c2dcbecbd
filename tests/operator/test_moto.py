"""The operator's commands against moto: a server that nobody here wrote, and that keeps what it is told."""

import pytest
from describe import pool_and_client

TRIGGERS = {
    "DefineAuthChallenge": "2faDefine",
    "CreateAuthChallenge": "2faCreate",
    "VerifyAuthChallengeResponse": "2faVerify",
}
ATTRIBUTE = {
    "Name": "authChallenge",
    "AttributeDataType": "String",
    "Mutable": True,
    "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"},
}
ARN = "arn:aws:lambda:us-east-1:123456789012:function"
PLAIN = {"PoolName": "people", "Schema": [ATTRIBUTE]}
EVERYTHING = {
    **PLAIN,
    "Policies": {
        "PasswordPolicy": {"MinimumLength": 12, "RequireSymbols": False, "TemporaryPasswordValidityDays": 3}
    },
    "DeletionProtection": "ACTIVE",
    "LambdaConfig": {
        "PreSignUp": f"{ARN}:pre",
        "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": f"{ARN}:tokens"},
        "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": f"{ARN}:sender"},
        "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/1",
    },
    "AutoVerifiedAttributes": ["email"],
    "UsernameAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "VerificationMessageTemplate": {
        "EmailMessage": "{####}",
        "EmailSubject": "Your code",
        "SmsMessage": "{####}",
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    },
    "SmsAuthenticationMessage": "{####}",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "MfaConfiguration": "OPTIONAL",
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "EmailConfiguration": {
        "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com",
        "EmailSendingAccount": "DEVELOPER",
        "From": "People <no-reply@example.com>",
    },
    "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "people"},
    "UserPoolTags": {"team": "people"},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
    "UserPoolTier": "PLUS",
}
CLIENT = {
    "ClientName": "web",
    "GenerateSecret": True,
    "RefreshTokenValidity": 20,
    "TokenValidityUnits": {"RefreshToken": "days"},
    "ReadAttributes": ["email"],
    "WriteAttributes": ["name"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "CallbackURLs": ["https://app.example.com"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "SupportedIdentityProviders": ["COGNITO"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "AuthSessionValidity": 3,
}


@pytest.fixture
def idp(aws):
    return aws("cognito-idp")


@pytest.fixture(params=[PLAIN, EVERYTHING], ids=["plain", "everything"])
def ids(request, idp):
    """A pool and an app client."""
    pool = idp.create_user_pool(**request.param)["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool, **CLIENT)["UserPoolClient"]["ClientId"]
    return pool, client


def attach(run, ids, *more):
    pool, client = ids
    return run("attach", "--user-pool-id", pool, "--client-id", client, *more)


def test_only_what_was_planned_is_changed(on_moto, idp, ids):
    pool, client = pool_and_client(idp, *ids)
    attached = attach(on_moto, ids, "--yes")
    assert (attached.code, attached.err) == (0, ""), attached
    triggers = {member: f"{ARN}:{name}" for member, name in TRIGGERS.items()}
    pool["LambdaConfig"] = {**pool.get("LambdaConfig", {}), **triggers}
    client["ExplicitAuthFlows"] += ["ALLOW_CUSTOM_AUTH"]
    client["AuthSessionValidity"] = 15
    assert pool_and_client(idp, *ids) == (pool, client)


def test_attach_doctor_rollback_leaves_everything_as_it_was(on_moto, aws, idp, ids):
    before = pool_and_client(idp, *ids)
    assert attach(on_moto, ids, "--yes").code == 0
    snapshot = on_moto.snapshot()
    assert pool_and_client(idp, *ids) != before
    on_moto("doctor", "--user-pool-id", ids[0], "--no-dns")
    back = on_moto("rollback", snapshot, "--yes")
    assert (back.code, back.err) == (0, ""), back
    assert pool_and_client(idp, *ids) == before
    for name in TRIGGERS.values():
        with pytest.raises(aws("lambda").exceptions.ResourceNotFoundException):
            aws("lambda").get_policy(FunctionName=name)


def test_a_client_that_names_no_flow_gets_back_to_naming_none(on_moto, idp):
    pool = idp.create_user_pool(**PLAIN)["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    before = pool_and_client(idp, pool, client)
    assert attach(on_moto, (pool, client), "--yes", "--article").code == 0
    flows = pool_and_client(idp, pool, client)[1]
    assert flows["AuthSessionValidity"] == 15
    assert "custom:authChallenge" in flows["ReadAttributes"]
    assert on_moto("rollback", on_moto.snapshot(), "--yes").code == 0
    assert pool_and_client(idp, pool, client) == before


def test_attached_twice_is_attached_once(on_moto, aws, ids):
    assert attach(on_moto, ids, "--yes").code == 0
    on_moto.snapshot()
    again = attach(on_moto, ids)
    assert (again.code, again.out.splitlines()[-1]) == (0, "Nothing to do: everything is as it shall be.")
    assert list(on_moto.home.glob("poolhouse-snapshot-*")) == []


def test_nothing_is_changed_before_somebody_agrees(on_moto, idp, ids):
    before = pool_and_client(idp, *ids)
    dry = attach(on_moto, ids, "--dry-run")
    assert (dry.code, dry.out.splitlines()[-1]) == (0, "Dry run: nothing was changed.")
    unasked = attach(on_moto, ids)
    assert unasked.code == 1
    assert "nobody is there to ask, so nothing was changed" in unasked.err
    assert pool_and_client(idp, *ids) == before


def test_the_attribute_is_added(on_moto, idp):
    pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool, **CLIENT)["UserPoolClient"]["ClientId"]
    assert attach(on_moto, (pool, client), "--yes").code == 0
    attributes = idp.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"]
    [added] = [attribute for attribute in attributes if attribute["Name"] == "custom:authChallenge"]
    assert (added["AttributeDataType"], added["Mutable"]) == ("String", True)


def test_detach_leaves_what_was_there(on_moto, idp, ids):
    pool, _ = pool_and_client(idp, *ids)
    assert attach(on_moto, ids, "--yes").code == 0
    on_moto.snapshot()
    detached = on_moto("detach", "--user-pool-id", ids[0], "--client-id", ids[1], "--yes")
    assert detached.code == 0, detached
    after, client = pool_and_client(idp, *ids)
    assert after.get("LambdaConfig", {}) == pool.get("LambdaConfig", {})
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def test_the_doctor_finds_what_is_wrong_and_fix_mends_what_is_safe(on_moto, aws, idp):
    pool = idp.create_user_pool(**PLAIN)["UserPool"]["Id"]
    flows = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]
    web = idp.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows, AuthSessionValidity=3
    )
    old = ["ALLOW_USER_PASSWORD_AUTH"]
    idp.create_user_pool_client(
        UserPoolId=pool, ClientName="old", ExplicitAuthFlows=old, PreventUserExistenceErrors="ENABLED"
    )
    ids = pool, web["UserPoolClient"]["ClientId"]
    assert attach(on_moto, ids, "--yes", "--session-minutes", "3").code == 0
    on_moto.snapshot()
    aws("lambda").remove_permission(FunctionName="2faVerify", StatementId=f"poolhouse-{pool}")
    idp.admin_create_user(UserPoolId=pool, Username="mara", MessageAction="SUPPRESS")
    look = ("doctor", "--user-pool-id", pool, "--output", "json", "--no-dns")
    found = on_moto(*look)
    assert found.code == 1
    expected = {
        "door-password",
        "door-other-client",
        "door-new-password",
        "door-recovery",
        "door-email-change",
        "session-short",
        "session-minutes",
        "user-existence",
        "invoke-denied",
    }
    assert expected <= set(found.found)
    mended = on_moto("doctor", "--user-pool-id", pool, "--no-dns", "--fix", "--yes")
    assert "Done, and verified: nothing else has changed." in mended.out
    safe = {"session-short", "session-minutes", "user-existence", "invoke-denied"}
    assert expected - safe <= set(on_moto(*look).found)
    assert not safe & set(on_moto(*look).found)


def test_a_profile_with_a_role_is_the_operator(on_moto, moto, idp, ids, tmp_path):
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n"
        "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = base\n"
        f"endpoint_url = {moto}\n"
    )
    operator = type(on_moto)(tmp_path, {"AWS_PROFILE": "ops"})
    dry = attach(operator, ids, "--dry-run")
    assert dry.code == 0, dry
    assert "arn:aws:sts::123456789012:assumed-role/ops/poolhouse from the profile's role" in dry.out
