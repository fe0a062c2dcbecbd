"""The calls that Terraform's provider for AWS makes for a resource, in its order: ../terraform/RESOURCE.json, written from the
provider's source. What a step reads is what the provider puts into its state, so a plan after it would show a difference where the
answer is another one."""

import base64
import json
from pathlib import Path
from typing import Any

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


def filled(value: Any, names: dict[str, str]) -> Any:
    """The value with what its names stand for, and with bytes where it says so."""
    if isinstance(value, list):
        return [filled(member, names) for member in value]
    if isinstance(value, dict):
        if set(value) == {"BASE64"}:
            return base64.b64decode(value["BASE64"])
        return {member: filled(below, names) for member, below in value.items()}
    return names.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_terraform_creates_reads_updates_imports_and_deletes(idp, pool, user, recording):
    steps = json.loads(recording.read_text())
    names = {"POOL": pool.id, "USER": user.email}
    for client in ("CLIENT", "OTHER_CLIENT"):
        if f'"{client}"' in recording.read_text():
            names[client] = pool.client()["ClientId"]
    for step in steps:
        request = filled(step["request"], names)
        if "error" in step:
            with pytest.raises(ClientError) as refused:
                idp._make_api_call(step["operation"], request)
            error = refused.value.response["Error"]
            assert error["Code"] == step["error"], step["phase"]
            assert step.get("message", "") in error["Message"], step["phase"]
            continue
        answer = idp._make_api_call(step["operation"], request)
        read = {path: found(answer, path) for path in step["read"]}
        assert read == filled(step["read"], names), step["phase"]
        for path in step.get("present", []):
            assert found(answer, path), f"{step['phase']}: {path}"
        for name, path in step.get("keep", {}).items():
            names[name] = found(answer, path)


def test_there_are_recordings():
    assert [path.stem for path in RECORDINGS] == [
        "aws_cognito_identity_provider",
        "aws_cognito_managed_login_branding",
        "aws_cognito_managed_user_pool_client",
        "aws_cognito_resource_server",
        "aws_cognito_risk_configuration",
        "aws_cognito_user",
        "aws_cognito_user_group",
        "aws_cognito_user_in_group",
        "aws_cognito_user_pool",
        "aws_cognito_user_pool_client",
        "aws_cognito_user_pool_domain",
        "aws_cognito_user_pool_ui_customization",
    ]
