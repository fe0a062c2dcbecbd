"""deploy/cdk: that what the construct makes lints, and agrees with the SAM template."""

import functools
import json
import pathlib
import re
import subprocess
import sysconfig

import pytest
from template import PATH, Stack, Synthesised

FOLDER = PATH.parents[1] / "cdk"
ACCOUNT = "123456789012"
POOL = "eu-central-1_AbCd12345"
# The template's parameters by the case of deploy/cdk/test/cases.mjs. A construct's functions are always behind aliases.
CASES = {
    "new": {},
    "old": {"UserPoolId": POOL, "WithPreToken": "false", "WithPostConfirmation": "false", "SessionMinutes": "12"},
    "mail": {
        "UserPoolId": POOL,
        "MailRoute": "smtp-then-ses",
        "SesRegion": "eu-west-1",
        "SesConfigurationSet": "codes",
        "SmtpUrlSecret": "relay",
        "AppName": "Example",
        "MailOrigin": "example.com",
        "DefaultLocale": "de",
        "TemplatesLayerArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:layer:codes-mail:3",
        "CodeMinutes": "10",
        "CodeLength": "8",
        "TrustedDeviceDays": "30",
    },
    "relay": {"UserPoolId": POOL, "MailRoute": "smtp", "SmtpUrlSecret": "relay", "PreviousKey": "true"},
    "everything": {
        "UserPoolId": POOL,
        "Architecture": "x86_64",
        "ExactCounters": "true",
        "RequireCode": "one,two",
        "PreviousKey": "true",
        "ReservedConcurrency": "20",
        "LogRetentionDays": 90,
        "AlarmTopicArn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:alarms",
        "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
        "KmsKeyArn": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-0123456789ab",
        "VpcSubnetIds": "subnet-0a000000000000000,subnet-0b000000000000000",
        "VpcSecurityGroupIds": "sg-0c000000000000000",
    },
}
FUNCTIONS = ["DefineFunction", "CreateFunction", "VerifyFunction", "PreTokenFunction", "PostConfirmationFunction"]


@functools.cache
def made():
    cases = subprocess.run(["node", "test/cases.mjs"], cwd=FOLDER, stdout=subprocess.PIPE, check=True)
    return json.loads(cases.stdout)


@pytest.fixture(params=CASES)
def both(request):
    return Synthesised(made()["templates"][request.param]), Stack(Release="1", **CASES[request.param])


def functions(stack):
    return [name for name in FUNCTIONS if name in stack.resources]


def text(value):
    """Numbers and truth as CloudFormation takes them from a parameter too."""
    match value:
        case dict():
            return {name: text(item) for name, item in value.items()}
        case list():
            return [text(item) for item in value]
        case bool():
            return str(value).lower()
    return str(value)


@pytest.mark.parametrize("case", [*CASES, "own"])
def test_what_the_construct_makes_lints_clean(case, tmp_path):
    template = tmp_path / "template.json"
    template.write_text(json.dumps(made()["templates"][case]))
    program = pathlib.Path(sysconfig.get_path("scripts")) / "cfn-lint"
    ended = subprocess.run(
        # The CDK writes down dependencies that references imply (W3005).
        [program, "--regions", "eu-central-1", "--ignore-checks", "W3005", "--", template],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_construct_and_template_make_the_same_functions(both):
    assert functions(both[0]) == functions(both[1])
    codes = set()
    for function in functions(both[0]):
        assert text(both[0].environment(function)) == text(both[1].environment(function))
        kinds = [text(stack.function(function)) for stack in both]
        description = kinds[0].pop("Description")
        assert kinds[1].pop("Description") == f"{description}, release 1"
        assert kinds[1].pop("CodeUri") == re.match("Poolhouse (2fa-[a-z-]+): ", description)[1] + ".zip"
        codes.add(json.dumps(kinds[0].pop("Code")))
        assert kinds[0] == kinds[1]
    assert len(codes) == len(functions(both[0]))


def test_construct_and_template_allow_the_same(both):
    for function in functions(both[0]):
        assert both[0].allowed(function) == both[1].allowed(function)
    conditions = [
        [each.get("Condition") for each in stack.resources["SesPolicy"]["Properties"]["PolicyDocument"]["Statement"]]
        for stack in both
        if "SesPolicy" in stack.resources
    ]
    assert len(conditions) in (0, 2) and conditions[:1] == conditions[1:]
    roles = [
        {name: (role.get("PermissionsBoundary"), principals(role)) for name, role in stack.of_type("AWS::IAM::Role").items()}
        for stack in both
    ]
    assert roles[0] == roles[1]
    calls = [each.of_type("AWS::Lambda::Permission") for each in both]
    assert calls[0] == calls[1]


def principals(role):
    return [(each["Action"], each["Principal"]) for each in role["AssumeRolePolicyDocument"]["Statement"]]


def test_construct_and_template_raise_the_same_alarms(both):
    assert alarms(both[0]) == alarms(both[1])
    filters = [text(stack.of_type("AWS::Logs::MetricFilter")) for stack in both]
    for each in [found for those in filters for found in those.values()]:
        for made_of in each["MetricTransformations"]:
            made_of["MetricName"] = made_of["MetricName"].split("-")[-1]
    assert filters[0] == filters[1]


def alarms(stack):
    """All alarms; metrics by what they count, since each kind of template names its own."""
    found = text(stack.of_type("AWS::CloudWatch::Alarm"))
    for alarm in found.values():
        own = [alarm] + [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
        for metric in own:
            if metric.get("Namespace") == "Poolhouse":
                metric["MetricName"] = metric["MetricName"].split("-")[-1]
        for each in alarm.get("Metrics", []):
            each["Id"] = each["Id"].replace("postconfirmation", "confirmation")
        alarm.get("Metrics", []).sort(key=lambda each: each["Id"])
    return found


def test_construct_and_template_keep_the_same_key_log_and_table(both):
    for kind in ["AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::DynamoDB::Table"]:
        assert text(both[0].of_type(kind)) == text(both[1].of_type(kind))
    for name in ["Logs", "CountersTable"]:
        lives = [stack.resources.get(name, {}) for stack in both]
        assert lives[0].get("DeletionPolicy") == lives[1].get("DeletionPolicy")


def test_construct_and_template_have_the_same_way_back(both):
    for function in functions(both[0]):
        name = function.removesuffix("Function")
        versions = [stack.resources[f"{name}Version"] for stack in both]
        assert [(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in versions] == [("Retain", "Retain")] * 2
        aliases = [stack.resources[f"{name}Alias"]["Properties"] for stack in both]
        assert aliases[0] == aliases[1]
    orders = [set(map(stack.named, stack.resources["CreateAlias"]["DependsOn"])) for stack in both]
    assert orders[0] == orders[1]


def test_construct_and_template_make_the_same_new_pool():
    both = Synthesised(made()["templates"]["new"]), Stack(Release="1")
    for kind in ["AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"]:
        assert text(both[0].of_type(kind)) == text(both[1].of_type(kind))
    pools = [stack.resources["UserPool"] for stack in both]
    assert [(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in pools] == [("Retain", "Retain")] * 2


def test_a_pool_of_the_same_app_gets_its_triggers_and_no_circle():
    stack = Synthesised(made()["templates"]["own"])
    (pool,) = stack.of_type("AWS::Cognito::UserPool").values()
    assert pool["LambdaConfig"] == {
        "DefineAuthChallenge": "[DefineAlias]",
        "CreateAuthChallenge": "[CreateAlias]",
        "VerifyAuthChallengeResponse": "[VerifyAlias]",
        "PreTokenGeneration": "[PreTokenAlias]",
        "PostConfirmation": "[PostConfirmationAlias]",
    }
    assert not any("USER_POOL_ID" in stack.environment(function) for function in FUNCTIONS)


def test_a_pool_of_another_app_gets_a_command():
    command = Synthesised(made()["templates"]["old"]).fill(made()["commands"]["attach"])
    assert command == (
        f"poolhouse attach --user-pool-id {POOL} --define [DefineAlias] --create [CreateAlias] --verify [VerifyAlias] "
        "--session-minutes 12 --client-id"
    )


def test_the_construct_refuses_what_the_template_refuses():
    assert made()["refusals"] == {
        "no relay": "codes/Codes: this mail.route needs mail.smtpUrlSecret",
        "no address": "codes/Codes: mail.from must be one bare mail address",
        "no table": "codes/Codes: requireCode needs exactCounters; requireCode needs preToken",
        "numbers": (
            'codes/Codes: appName must have 1 to 64 characters, none of < > " \\; codeLength must be a whole number from '
            "6 to 12; trustedDeviceDays must be a whole number from 0 to 90; sessionMinutes must be a whole number from 3 "
            "to 15; reservedConcurrency must be a whole number from 1 to 99999"
        ),
    }
