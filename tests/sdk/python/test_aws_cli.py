"""The article's steps, typed into the AWS CLI as docs/guides/sign-in-with-a-code.md has them."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from blackbox.pool import TRIGGERS
from blackbox.srp import Credentials, start_custom_auth

AWS = Path(sys.executable).parent / "aws"
PASSWORD = "Correct-Horse-9!"


class Shell:
    """Runs `aws` as a person would in a shell of their own: no profile, no configuration file."""

    def __init__(self, server, home: Path) -> None:
        key_id, secret = server.access_key
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.url,
        }

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        arguments = shlex.split(line.replace("\\\n", " "))
        assert arguments[0] == "aws"
        return subprocess.run(
            [str(AWS), *arguments[1:]], env=self._environment, capture_output=True, text=True, timeout=60
        )

    def aws(self, line: str) -> dict[str, Any]:
        """What a command that must succeed prints."""
        ended = self.run(line)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout.strip() else {}


@pytest.fixture(scope="module")
def shell(server, tmp_path_factory):
    return Shell(server, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def article(shell):
    """The set-up by the article: a pool, its attribute, an app client, a user with a permanent password."""
    triggers = ",".join(f"{trigger}={arn}" for trigger, arn in TRIGGERS.items())
    pool = shell.aws(f"aws cognito-idp create-user-pool --pool-name article --lambda-config {triggers}")
    pool_id = pool["UserPool"]["Id"]
    shell.aws(
        f"""aws cognito-idp add-custom-attributes --user-pool-id {pool_id} \
            --custom-attributes Name=authChallenge,AttributeDataType=String,Mutable=true"""
    )
    client = shell.aws(
        f"""aws cognito-idp create-user-pool-client --user-pool-id {pool_id} --client-name web \
            --explicit-auth-flows ALLOW_CUSTOM_AUTH ALLOW_USER_SRP_AUTH ALLOW_REFRESH_TOKEN_AUTH \
            --read-attributes email custom:authChallenge --write-attributes email custom:authChallenge \
            --prevent-user-existence-errors ENABLED --auth-session-validity 5"""
    )
    created = shell.aws(
        f"""aws cognito-idp admin-create-user --user-pool-id {pool_id} --username mara \
            --user-attributes Name=email,Value=mara@example.org Name=email_verified,Value=true \
            --message-action SUPPRESS"""
    )
    assert created["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    nothing = shell.aws(
        f"""aws cognito-idp admin-set-user-password --user-pool-id {pool_id} --username mara \
            --password '{PASSWORD}' --permanent"""
    )
    assert nothing == {}
    return Credentials(pool_id, client["UserPoolClient"]["ClientId"], "mara", PASSWORD)


@pytest.mark.code
def test_the_articles_steps_lead_to_a_sign_in_with_a_mailed_code(idp, shell, article, inbox):
    described = shell.aws(
        f"aws cognito-idp describe-user-pool-client --user-pool-id {article.pool_id} --client-id {article.client_id}"
    )
    assert described["UserPoolClient"]["AuthSessionValidity"] == 5
    user = shell.aws(f"aws cognito-idp admin-get-user --user-pool-id {article.pool_id} --username mara")
    assert user["UserStatus"] == "CONFIRMED"
    challenge = start_custom_auth(idp, article)
    code = inbox.code_for("mara@example.org")
    answered = shell.aws(
        f"""aws cognito-idp respond-to-auth-challenge --client-id {article.client_id} \
            --challenge-name CUSTOM_CHALLENGE --session {challenge["Session"]} \
            --challenge-responses USERNAME=mara,ANSWER={code}"""
    )
    token = answered["AuthenticationResult"]["AccessToken"]
    me = shell.aws(f"aws cognito-idp get-user --access-token {token}")
    assert me["Username"] == "mara"
    attributes = {attribute["Name"]: attribute["Value"] for attribute in me["UserAttributes"]}
    assert code not in attributes.get("custom:authChallenge", "")
    shell.aws(f"aws cognito-idp global-sign-out --access-token {token}")
    ended = shell.run(f"aws cognito-idp get-user --access-token {token}")
    assert "An error occurred (NotAuthorizedException) when calling the GetUser operation" in ended.stderr


def test_lists_come_page_by_page(shell, article):
    for name in ("nora", "olga"):
        shell.aws(
            f"""aws cognito-idp admin-create-user --user-pool-id {article.pool_id} --username {name} \
                --message-action SUPPRESS"""
        )
    users = shell.aws(
        f"aws cognito-idp list-users --user-pool-id {article.pool_id} --page-size 1 --query Users[].Username"
    )
    assert sorted(users) == ["mara", "nora", "olga"]
    found = shell.aws(
        f"""aws cognito-idp list-users --user-pool-id {article.pool_id} \
            --filter 'username ^= "no"' --query Users[].Username"""
    )
    assert found == ["nora"]


def test_an_error_is_printed_as_cognitos(shell, article):
    ended = shell.run(f"aws cognito-idp admin-get-user --user-pool-id {article.pool_id} --username nobody")
    assert ended.returncode != 0
    assert ended.stderr.strip().endswith(
        "An error occurred (UserNotFoundException) when calling the AdminGetUser operation: User does not exist."
    )
