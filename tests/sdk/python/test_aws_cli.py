"""docs/guides/sign-in-with-a-code.md, typed into a shell, and more with the AWS CLI."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from blackbox import waiting
from blackbox.programs import REPOSITORY, program
from blackbox.srp import Credentials, start_custom_auth

AWS = Path(sys.executable).parent / "aws"
GUIDE = REPOSITORY / "docs/guides/sign-in-with-a-code.md"
SELF_SERVICE = REPOSITORY / "docs/guides/self-service.md"
ADA = "ada@example.com"
PASSWORD = "Correct-Horse-9!"


class Shell:
    """Runs `aws` as a person would in a shell of their own, in the folder in which the server was started: no profile, no
    configuration file."""

    def __init__(self, server, home: Path) -> None:
        key_id, secret = server.access_key
        self._home = home
        (home / "poolhouse-data").symlink_to(server.data)
        self._environment = {
            "PATH": os.pathsep.join([str(AWS.parent), str(program("poolhouse").parent), os.environ["PATH"]]),
            "HOME": str(home),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.url,
        }

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """One command with its arguments."""
        return self._run([str(AWS), *shlex.split(line.removeprefix("aws "))])

    def script(self, text: str) -> str:
        """What a whole script prints, each command of which must succeed."""
        ended = self._run(["bash", "-euo", "pipefail", "-c", text])
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        said = {"capture_output": True, "text": True}
        return subprocess.run(command, cwd=self._home, env=self._environment, timeout=60, **said)

    def aws(self, line: str) -> dict[str, Any]:
        """What a command that must succeed prints."""
        ended = self.run(line)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout.strip() else {}


@pytest.fixture(scope="module")
def shell(server, tmp_path_factory):
    return Shell(server, tmp_path_factory.mktemp("home"))


def commands_of_the_guide() -> str:
    """The shell blocks under the headings "2. The pool", "3. The app client" and "4. The user"."""
    sections = re.findall(r"^## [234]\. .*?(?=^## )", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(sections) == 3
    return "\n".join(block for section in sections for block in re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S))


@pytest.fixture(scope="module")
def article(shell):
    """The set-up by the guide, as printed."""
    printed = shell.script(f"{commands_of_the_guide()}\necho $POOL $CLIENT")
    *_, status, ids = printed.splitlines()
    assert status == '"CONFIRMED"'
    pool_id, client_id = ids.split()
    return Credentials(pool_id, client_id, ADA, PASSWORD)


@pytest.mark.code
def test_the_guides_steps_lead_to_a_sign_in_with_a_mailed_code(idp, shell, article, inbox):
    described = shell.aws(
        f"aws cognito-idp describe-user-pool-client --user-pool-id {article.pool_id} --client-id {article.client_id}"
    )
    assert described["UserPoolClient"]["AuthSessionValidity"] == 15
    challenge = start_custom_auth(idp, article)
    code = inbox.code_for(ADA)
    answered = shell.aws(
        f"aws cognito-idp respond-to-auth-challenge --client-id {article.client_id}"
        f" --challenge-name CUSTOM_CHALLENGE --session {challenge['Session']}"
        f" --challenge-responses USERNAME={ADA},ANSWER={code}"
    )
    token = answered["AuthenticationResult"]["AccessToken"]
    me = shell.aws(f"aws cognito-idp get-user --access-token {token}")
    attributes = {attribute["Name"]: attribute["Value"] for attribute in me["UserAttributes"]}
    assert attributes["email"] == ADA
    assert code not in attributes.get("custom:authChallenge", "")
    shell.aws(f"aws cognito-idp global-sign-out --access-token {token}")
    ended = shell.run(f"aws cognito-idp get-user --access-token {token}")
    assert "An error occurred (NotAuthorizedException) when calling the GetUser operation" in ended.stderr


def test_lists_come_page_by_page(shell, article):
    for name in ("nora", "olga"):
        shell.aws(
            f"aws cognito-idp admin-create-user --user-pool-id {article.pool_id}"
            f" --username {name}@example.com --message-action SUPPRESS"
        )
    listed = f"aws cognito-idp list-users --user-pool-id {article.pool_id} --query Users[].UserStatus"
    assert sorted(shell.aws(f"{listed} --page-size 1")) == ["CONFIRMED", *["FORCE_CHANGE_PASSWORD"] * 2]
    assert shell.aws(f"""{listed} --filter 'email ^= "no"'""") == ["FORCE_CHANGE_PASSWORD"]


def test_an_error_is_printed_as_cognitos(shell, article):
    ended = shell.run(f"aws cognito-idp admin-get-user --user-pool-id {article.pool_id} --username nobody@example.com")
    assert ended.returncode != 0
    assert ended.stderr.strip().endswith(
        "An error occurred (UserNotFoundException) when calling the AdminGetUser operation: User does not exist."
    )


def test_the_lines_of_the_self_service_guide_do_what_it_says(shell, inbox):
    blocks = re.findall(r"^```sh\n(.*?)^```", SELF_SERVICE.read_text(encoding="utf-8"), re.M | re.S)
    pool, client = shell.script(f"{blocks[0]}\necho $POOL $CLIENT").split()
    lines = [line for block in blocks[1:] for line in block.replace("\\\n", "").splitlines()]
    assert len(lines) == 8
    codes = 0
    for line in lines:
        command = line.replace("$POOL", pool).replace("$CLIENT", client)
        if "123456" in command:
            command = command.replace("123456", inbox.code_for("eve@example.com", seen=codes))
            codes += 1
        shell.script(command)
    assert codes == 2
    for name in ("eve", "bob"):
        user = shell.aws(f"aws cognito-idp admin-get-user --user-pool-id {pool} --username {name}@example.com")
        assert user["UserStatus"] == "CONFIRMED"
    kept = shell.run(f"aws cognito-idp forgot-password --client-id {client} --username eve@example.com")
    assert kept.stderr.strip().endswith("Contact administrator to reset password.")


def test_users_come_from_a_file(shell):
    """docs/guides/import-users.md, with the file as the CLI's header says."""
    created = shell.aws("aws cognito-idp create-user-pool --pool-name import --auto-verified-attributes email")
    pool = f"--user-pool-id {created['UserPool']['Id']}"
    header = shell.aws(f"aws cognito-idp get-csv-header {pool}")["CSVHeader"]
    values = {"cognito:username": "nina", "email": "nina@example.com", "email_verified": "TRUE"}
    lines = [",".join(header), ",".join(values.get(column, "") for column in header)]
    role = "--cloud-watch-logs-role-arn arn:aws:iam::000000000000:role/unused"
    job = shell.aws(f"aws cognito-idp create-user-import-job {pool} --job-name first {role}")["UserImportJob"]
    put = requests.put(
        job["PreSignedUrl"],
        data="\n".join(lines).encode(),
        headers={"x-amz-server-side-encryption": "aws:kms"},
        timeout=10,
    )
    assert (put.status_code, put.content) == (200, b"")
    of_job = f"{pool} --job-id {job['JobId']}"
    started = shell.aws(f"aws cognito-idp start-user-import-job {of_job}")["UserImportJob"]
    assert started["Status"] == "Pending"

    def ended():
        described = shell.aws(f"aws cognito-idp describe-user-import-job {of_job}")["UserImportJob"]
        return described if described["Status"] not in ("Pending", "InProgress") else None

    done = waiting.until("the end of the job", ended)
    assert (done["Status"], done["ImportedUsers"], done["FailedUsers"]) == ("Succeeded", 1, 0)
    user = shell.aws(f"aws cognito-idp admin-get-user {pool} --username nina")
    assert user["UserStatus"] == "RESET_REQUIRED"
    [listed] = shell.aws(f"aws cognito-idp list-user-import-jobs {pool} --max-results 10")["UserImportJobs"]
    assert listed["JobId"] == job["JobId"]
    log = shell.script(f"poolhouse pool import-log {of_job}")
    assert log.strip().endswith("[SUCCEEDED] Line Number 2 - The import succeeded.")


def test_limits_are_set_and_taken_off_and_logs_go_nowhere(shell):
    category = "--limit-definition LimitClass=API_CATEGORY,Attributes={Category=UserList}"
    limited = shell.aws(f"aws cognito-idp update-provisioned-limit {category} --requested-limit-value 7")
    assert limited["Limit"]["ProvisionedLimitValue"] == 7
    assert shell.aws(f"aws cognito-idp get-provisioned-limit {category}") == limited
    shell.aws(f"aws cognito-idp update-provisioned-limit {category} --requested-limit-value 2147483647")
    pool = shell.aws("aws cognito-idp create-user-pool --pool-name logs")["UserPool"]["Id"]
    configuration = shell.aws(f"aws cognito-idp get-log-delivery-configuration --user-pool-id {pool}")
    assert configuration["LogDeliveryConfiguration"] == {"UserPoolId": pool, "LogConfigurations": []}
    group = "CloudWatchLogsConfiguration={LogGroupArn=arn:aws:logs:us-east-1:000000000000:log-group:events}"
    asked = f"--log-configurations LogLevel=ERROR,EventSource=userNotification,{group}"
    refused = shell.run(f"aws cognito-idp set-log-delivery-configuration --user-pool-id {pool} {asked}")
    assert "CloudWatchLogsConfiguration is not supported by this server" in refused.stderr
