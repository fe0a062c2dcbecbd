"""The calls that Terraform's provider for AWS makes for a resource, in its order: ../terraform/RESOURCE.json, written from the
provider's source. What a step reads is what the provider puts into its state, so a plan after it would show a difference where the
answer is another one."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

RECORDINGS = sorted((Path(__file__).parent.parent / "terraform").glob("*.json"))


def found(answer, path):
    """The member at a path of an answer; None where it is absent."""
    for step in path.split("."):
        if isinstance(answer, list):
            answer = answer[int(step)] if int(step) < len(answer) else None
        else:
            answer = answer.get(step) if answer else None
    return answer


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_terraform_creates_reads_updates_imports_and_deletes(idp, pool, user, recording):
    def named(value):
        return {"POOL": pool.id, "USER": user.email}.get(value, value) if isinstance(value, str) else value

    for step in json.loads(recording.read_text()):
        request = {member: named(value) for member, value in step["request"].items()}
        if "error" in step:
            with pytest.raises(ClientError) as refused:
                idp._make_api_call(step["operation"], request)
            assert refused.value.response["Error"]["Code"] == step["error"], step["phase"]
            continue
        answer = idp._make_api_call(step["operation"], request)
        read = {path: found(answer, path) for path in step["read"]}
        assert read == {path: named(value) for path, value in step["read"].items()}, step["phase"]


def test_there_are_recordings():
    assert [path.stem for path in RECORDINGS] == [
        "aws_cognito_risk_configuration",
        "aws_cognito_user_group",
        "aws_cognito_user_in_group",
    ]
