"""deploy/sam/template.yaml: that it lints, and that it gives each function what it needs and nothing else."""

import pathlib
import re
import subprocess
import sysconfig

import pytest
from template import PATH, Stack

ROOT = PATH.parents[2]
POOL = "eu-central-1_AbCd12345"
POOL_ARN = f"arn:aws:cognito-idp:eu-central-1:123456789012:userpool/{POOL}"
LOG = {("logs:CreateLogStream", "[Logs.Arn]"), ("logs:PutLogEvents", "[Logs.Arn]")}
KEY = {("secretsmanager:GetSecretValue", "[OtpKey]")}
FUNCTIONS = ["DefineFunction", "CreateFunction", "VerifyFunction", "PreTokenFunction", "PostConfirmationFunction"]


def ledger(pool):
    return {("cognito-idp:AdminGetUser", pool), ("cognito-idp:AdminUpdateUserAttributes", pool)}


def ses(region):
    identities = f"arn:aws:ses:{region}:123456789012"
    return {
        (action, f"{identities}:{kind}/*")
        for action in ["ses:SendEmail", "ses:SendRawEmail"]
        for kind in ["identity", "configuration-set"]
    }


SMTP = {("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay-??????")}


def test_the_template_lints_clean():
    program = pathlib.Path(sysconfig.get_path("scripts")) / "cfn-lint"
    regions = ["--regions", "us-east-1", "eu-central-1", "ap-southeast-2"]
    ended = subprocess.run([program, *regions, "--", PATH], stdout=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize(
    ("route", "url", "mail"),
    [
        ("ses", "ses://", ses("eu-central-1")),
        ("smtp", "secretsmanager:relay", SMTP),
        ("ses-then-smtp", "ses://,secretsmanager:relay", ses("eu-central-1") | SMTP),
        ("smtp-then-ses", "secretsmanager:relay,ses://", ses("eu-central-1") | SMTP),
    ],
)
def test_each_function_may_do_what_it_does_and_no_more(route, url, mail):
    stack = Stack(UserPoolId=POOL, MailRoute=route, SmtpUrlSecret="relay")
    assert stack.allowed("DefineFunction") == LOG | KEY
    assert stack.allowed("CreateFunction") == LOG | KEY | ledger(POOL_ARN) | mail
    assert stack.allowed("VerifyFunction") == LOG | KEY | ledger(POOL_ARN) | mail
    assert stack.allowed("PreTokenFunction") == LOG
    assert stack.allowed("PostConfirmationFunction") == LOG | KEY | ledger(POOL_ARN)
    for function in ["CreateFunction", "VerifyFunction"]:
        assert stack.environment(function)["MAIL_URL"] == url


def test_with_exact_counters_the_table_takes_the_place_of_the_attribute():
    stack = Stack(UserPoolId=POOL, ExactCounters="true")
    counters = {(f"dynamodb:{action}", "[CountersTable.Arn]") for action in ("GetItem", "UpdateItem")}
    assert stack.allowed("DefineFunction") == LOG | KEY | {("dynamodb:GetItem", "[CountersTable.Arn]")}
    assert stack.allowed("CreateFunction") == LOG | KEY | counters | ses("eu-central-1")
    assert stack.allowed("VerifyFunction") == LOG | KEY | counters | ses("eu-central-1")
    assert stack.allowed("PreTokenFunction") == LOG
    assert stack.allowed("PostConfirmationFunction") == LOG | KEY | counters
    for function in FUNCTIONS[:3]:
        assert stack.environment(function)["COUNTERS_TABLE"] == "[CountersTable]"
    assert "COUNTERS_TABLE" not in stack.environment("PreTokenFunction")
    (table,) = stack.of_type("AWS::DynamoDB::Table").values()
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    without = Stack(UserPoolId=POOL)
    assert without.of_type("AWS::DynamoDB::Table") == {}
    assert not any("COUNTERS_TABLE" in without.environment(function) for function in FUNCTIONS)


def test_a_door_gives_the_function_before_tokens_the_key_and_the_table():
    stack = Stack(UserPoolId=POOL, ExactCounters="true", RequireCode="one,two")
    counters = {(f"dynamodb:{action}", "[CountersTable.Arn]") for action in ("GetItem", "UpdateItem")}
    assert stack.allowed("PreTokenFunction") == LOG | KEY | counters
    variables = stack.environment("PreTokenFunction")
    assert (variables["OTP_KEY"], variables["COUNTERS_TABLE"]) == ("secretsmanager:[OtpKey]", "[CountersTable]")
    for function in FUNCTIONS:
        assert stack.environment(function)["REQUIRE_CODE"] == "one,two"
    rotated = Stack(UserPoolId=POOL, ExactCounters="true", RequireCode="one", PreviousKey="true")
    assert rotated.environment("PreTokenFunction")["OTP_KEY_PREVIOUS"] == "secretsmanager:[OtpKey]?stage=AWSPREVIOUS"
    rules = stack.template["Rules"]["TheDoorNeedsItsTable"]["Assertions"]
    needed = [each["Assert"]["Fn::Equals"] for each in rules]
    assert needed == [[{"Ref": "ExactCounters"}, "true"], [{"Ref": "WithPreToken"}, "true"]]


def functions_of(alarm):
    metrics = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    return {each["Dimensions"][0]["Value"] for each in metrics if "Dimensions" in each}


def test_alarms_cover_every_function_and_small_sites():
    stack = Stack(UserPoolId=POOL)
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    for name in ["ErrorsAlarm", "ErrorRateAlarm", "ThrottlesAlarm"]:
        assert functions_of(alarms[name]) == {f"[{function}]" for function in FUNCTIONS}
    # Any failure, for a quarter of an hour; and a share of the calls of one.
    for name in ["ErrorsAlarm", "MailNotSentAlarm"]:
        period = alarms[name].get("Period", 300)
        assert (alarms[name]["Threshold"], alarms[name]["EvaluationPeriods"] * period) == (1, 900)
    for name in ["ErrorRateAlarm", "MailNotSentRateAlarm"]:
        stats = [each["MetricStat"] for each in alarms[name]["Metrics"] if "MetricStat" in each]
        assert {each["Period"] for each in stats} == {900} and len(stats) <= 10
    without = Stack(UserPoolId=POOL, WithPreToken="false", WithPostConfirmation="false")
    alarms = without.of_type("AWS::CloudWatch::Alarm")
    assert functions_of(alarms["ErrorsAlarm"]) == {f"[{function}]" for function in FUNCTIONS[:3]}
    assert "NotClearedAlarm" not in alarms


def test_mail_by_ses_leaves_from_one_address_and_in_the_region_of_the_identity():
    stack = Stack(UserPoolId=POOL, SesRegion="eu-west-1")
    assert stack.allowed("CreateFunction") >= ses("eu-west-1")
    (statement,) = stack.resources["SesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "no-reply@example.com"}}
    variables = stack.environment("CreateFunction")
    assert (variables["MAIL_URL"], variables["MAIL_FROM"]) == ("ses://eu-west-1", "Poolhouse <no-reply@example.com>")


def test_every_function_may_be_called_by_the_one_pool_alone():
    for pool, arn in [(POOL, POOL_ARN), ("", "[UserPool.Arn]")]:
        stack = Stack(UserPoolId=pool)
        permissions = stack.of_type("AWS::Lambda::Permission").values()
        assert {each["FunctionName"] for each in permissions} == {f"[{name}]" for name in FUNCTIONS}
        for each in permissions:
            assert (each["Principal"], each["SourceArn"]) == ("cognito-idp.amazonaws.com", arn)
            assert each["SourceAccount"] == "123456789012"
        assert stack.allowed("CreateFunction") >= ledger(arn)


def test_the_key_is_read_at_the_start_and_not_by_the_function_that_needs_none():
    stack = Stack(UserPoolId=POOL)
    for function in [*FUNCTIONS[:3], "PostConfirmationFunction"]:
        variables = stack.environment(function)
        assert variables["OTP_KEY"] == "secretsmanager:[OtpKey]"
        assert "OTP_KEY_PREVIOUS" not in variables
    assert "OTP_KEY" not in stack.environment("PreTokenFunction")
    rotated = Stack(UserPoolId=POOL, PreviousKey="true")
    assert rotated.environment("VerifyFunction")["OTP_KEY_PREVIOUS"] == "secretsmanager:[OtpKey]?stage=AWSPREVIOUS"


def test_every_variable_is_one_that_the_functions_read():
    reference = (ROOT / "docs/reference/function-settings.md").read_text()
    known = set(re.findall(r"`([A-Z][A-Z_0-9]+)`", reference))
    stack = Stack(UserPoolId=POOL, MailOrigin="example.com", PreviousKey="true")
    for function in FUNCTIONS:
        assert stack.environment(function).keys() <= known


def test_every_language_of_the_mail_can_be_chosen():
    texts = (ROOT / "crates/confirm/src/mail/texts").glob("*.rs")
    languages = [tag for text in texts for tag in re.findall(r'^    tag: "(.+)",$', text.read_text(), re.MULTILINE)]
    assert sorted(Stack().template["Parameters"]["DefaultLocale"]["AllowedValues"]) == sorted(languages)


@pytest.mark.parametrize(("minutes", "seconds"), [("3", 180), ("5", 300), ("10", 600)])
def test_no_code_outlives_the_sign_in_step_of_a_new_client(minutes, seconds):
    for given, session in [("", "15"), ("12", "12")]:
        stack = Stack(CodeMinutes=minutes, SessionMinutes=given)
        assert stack.environment("CreateFunction")["CODE_TTL_SECONDS"] == seconds
        assert stack.environment("CreateFunction")["SESSION_MINUTES"] == session
        (client,) = stack.of_type("AWS::Cognito::UserPoolClient").values()
        assert client["AuthSessionValidity"] == session
    # Of a client that exists nothing is known: the functions then take three minutes.
    assert "SESSION_MINUTES" not in Stack(UserPoolId=POOL).environment("CreateFunction")


def test_code_length_and_trusted_devices_reach_every_function():
    for given, expected in [({}, ("6", "0")), ({"CodeLength": "8", "TrustedDeviceDays": "30"}, ("8", "30"))]:
        stack = Stack(UserPoolId=POOL, **given)
        for function in FUNCTIONS:
            variables = stack.environment(function)
            assert (variables["CODE_LENGTH"], variables["TRUSTED_DEVICE_DAYS"]) == expected


def test_a_permissions_boundary_bounds_every_role_and_none_is_set_without():
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    roles = Stack(UserPoolId=POOL, PermissionsBoundaryArn=boundary).of_type("AWS::IAM::Role")
    assert len(roles) == len(FUNCTIONS)
    assert {role["PermissionsBoundary"] for role in roles.values()} == {boundary}
    assert not any("PermissionsBoundary" in role for role in Stack(UserPoolId=POOL).of_type("AWS::IAM::Role").values())


def test_a_new_pool_has_no_door_without_a_code():
    stack = Stack()
    (pool,) = stack.of_type("AWS::Cognito::UserPool").values()
    (client,) = stack.of_type("AWS::Cognito::UserPoolClient").values()
    assert client["ExplicitAuthFlows"] == ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert "email" not in client["WriteAttributes"]
    assert not any("authChallenge" in name for name in client["ReadAttributes"] + client["WriteAttributes"])
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "admin_only", "Priority": 1}]
    assert pool["LambdaConfig"] == {
        "DefineAuthChallenge": "[DefineFunction.Arn]",
        "CreateAuthChallenge": "[CreateFunction.Arn]",
        "VerifyAuthChallengeResponse": "[VerifyFunction.Arn]",
        "PreTokenGeneration": "[PreTokenFunction.Arn]",
        "PostConfirmation": "[PostConfirmationFunction.Arn]",
    }


def test_a_pool_that_exists_is_left_to_attach():
    stack = Stack(UserPoolId=POOL, WithPreToken="false", WithPostConfirmation="false")
    assert stack.of_type("AWS::Cognito::UserPool") == stack.of_type("AWS::Cognito::UserPoolClient") == {}
    assert stack.of_type("AWS::Serverless::Function").keys() == set(FUNCTIONS[:3])
    assert stack.environment("DefineFunction")["USER_POOL_ID"] == POOL


def test_the_command_that_is_left_names_the_functions_and_the_session_of_the_stack():
    def command(**parameters):
        stack = Stack(UserPoolId=POOL, **parameters)
        return stack.fill(stack.template["Outputs"]["AttachCommand"]["Value"])

    begin = (
        f"poolhouse attach --user-pool-id {POOL} --define [DefineFunction.Arn] --create [CreateFunction.Arn] "
        "--verify [VerifyFunction.Arn] "
    )
    assert command(WithPostConfirmation="false") == f"{begin}--client-id"
    whole = f"{begin}--post-confirmation [PostConfirmationFunction.Arn] --session-minutes 10 --client-id"
    assert command(SessionMinutes="10") == whole


def test_in_a_vpc_every_function_has_its_network_and_may_make_an_interface():
    assert all("VpcConfig" not in Stack(UserPoolId=POOL).function(function) for function in FUNCTIONS)
    stack = Stack(UserPoolId=POOL, VpcSubnetIds="subnet-0a,subnet-0b", VpcSecurityGroupIds="sg-0c")
    interface = {
        f"ec2:{action}"
        for action in [
            "AssignPrivateIpAddresses",
            "CreateNetworkInterface",
            "DeleteNetworkInterface",
            "DescribeNetworkInterfaces",
            "DescribeSubnets",
            "UnassignPrivateIpAddresses",
        ]
    }
    for function in FUNCTIONS:
        assert stack.function(function)["VpcConfig"] == {
            "SubnetIds": ["subnet-0a", "subnet-0b"],
            "SecurityGroupIds": ["sg-0c"],
        }
        assert stack.allowed(function) >= {(action, "*") for action in interface}
    assert needed_beside(stack, "SubnetsNeedSecurityGroups") == ["VpcSecurityGroupIds"]
    assert needed_beside(stack, "SecurityGroupsNeedSubnets") == ["VpcSubnetIds"]


def needed_beside(stack, rule):
    """The lists that must not be empty where this rule applies."""
    found = [each["Assert"]["Fn::Not"][0]["Fn::Equals"] for each in stack.template["Rules"][rule]["Assertions"]]
    assert all(empty == "" for _, empty in found)
    return [joined["Fn::Join"][1]["Ref"] for joined, _ in found]


def test_a_key_of_ones_own_encrypts_secret_settings_log_and_table():
    key = "arn:aws:kms:eu-central-1:123456789012:key/1234"
    stack = Stack(UserPoolId=POOL, KmsKeyArn=key, ExactCounters="true")
    (secret,) = stack.of_type("AWS::SecretsManager::Secret").values()
    (log,) = stack.of_type("AWS::Logs::LogGroup").values()
    (table,) = stack.of_type("AWS::DynamoDB::Table").values()
    assert (secret["KmsKeyId"], log["KmsKeyId"]) == (key, key)
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    for function in FUNCTIONS:
        assert stack.function(function)["KmsKeyArn"] == key
        assert ("kms:Decrypt", key) in stack.allowed(function)
    without = Stack(UserPoolId=POOL, ExactCounters="true")
    assert all("KmsKeyArn" not in without.function(function) for function in FUNCTIONS)
    assert "SSESpecification" not in without.resources["CountersTable"]["Properties"]


def test_concurrency_is_set_aside_for_every_function_where_it_is_asked_for():
    for function in FUNCTIONS:
        assert "ReservedConcurrentExecutions" not in Stack().function(function)
        assert Stack(ReservedConcurrency="20").function(function)["ReservedConcurrentExecutions"] == "20"


@pytest.mark.parametrize(
    ("route", "url"),
    [
        ("ses", "ses://?configuration-set=codes"),
        ("ses-then-smtp", "ses://?configuration-set=codes,secretsmanager:relay"),
        ("smtp-then-ses", "secretsmanager:relay,ses://?configuration-set=codes"),
    ],
)
def test_mail_goes_through_the_configuration_set_of_ses_and_through_no_other(route, url):
    stack = Stack(UserPoolId=POOL, MailRoute=route, SmtpUrlSecret="relay", SesConfigurationSet="codes")
    for function in ["CreateFunction", "VerifyFunction"]:
        assert stack.environment(function)["MAIL_URL"] == url
        sets = {resource for action, resource in stack.allowed(function) if "configuration-set" in resource}
        assert sets == {"arn:aws:ses:eu-central-1:123456789012:configuration-set/codes"}


def test_a_layer_brings_templates_to_the_function_that_mails_codes():
    layer = "arn:aws:lambda:eu-central-1:123456789012:layer:codes-mail:3"
    stack = Stack(TemplatesLayerArn=layer)
    assert stack.function("CreateFunction")["Layers"] == [layer]
    assert stack.environment("CreateFunction")["MAIL_TEMPLATES"] == "/opt/templates"
    assert all("Layers" not in stack.function(each) for each in FUNCTIONS if each != "CreateFunction")
    assert "MAIL_TEMPLATES" not in Stack().environment("CreateFunction")


def test_a_release_is_a_version_behind_an_alias_and_the_version_before_stays():
    for pool, arn in [(POOL, POOL_ARN), ("", "[UserPool.Arn]")]:
        stack = Stack(UserPoolId=pool, Release="2026.11")
        for function in FUNCTIONS:
            name = function.removesuffix("Function")
            # Lambda makes no version of a function that has not changed, and CloudFormation then fails.
            assert stack.function(function)["Description"].endswith(", release 2026.11")
            version, alias = stack.resources[f"{name}Version"], stack.resources[f"{name}Alias"]
            assert version["Properties"] == {"FunctionName": f"[{function}]", "Description": "2026.11"}
            assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")
            assert alias["Properties"] == {
                "FunctionName": f"[{function}]",
                "FunctionVersion": f"[{name}Version.Version]",
                "Name": "live",
            }
            permission = stack.resources[f"{name}AliasPermission"]["Properties"]
            assert (permission["FunctionName"], permission["SourceArn"]) == (f"[{name}Alias]", arn)
        # New challenges are judged by new functions.
        assert stack.resources["CreateAlias"]["DependsOn"] == ["DefineAlias", "VerifyAlias"]
    triggers = stack.resources["UserPool"]["Properties"]["LambdaConfig"]
    assert sorted(triggers.values()) == sorted(f"[{each.removesuffix('Function')}Alias]" for each in FUNCTIONS)
    without = Stack()
    assert without.of_type("AWS::Lambda::Alias") == without.of_type("AWS::Lambda::Version") == {}
    triggers = without.resources["UserPool"]["Properties"]["LambdaConfig"]
    assert sorted(triggers.values()) == sorted(f"[{each}.Arn]" for each in FUNCTIONS)


def test_the_guide_names_every_parameter():
    guide = (ROOT / "docs/guides/deploy-with-sam.md").read_text()
    named = set(re.findall(r"`([A-Z]\w+)`", guide.split("### A pool that you have")[0]))
    assert Stack().template["Parameters"].keys() <= named


def test_the_guide_names_the_quotas_that_a_sign_in_uses_and_how_everything_gets_tags():
    guide = (ROOT / "docs/guides/deploy-with-sam.md").read_text()
    quotas = guide.split("## Quotas")[1].split("\n## ")[0]
    for named in ["UserAuthentication", "UserUpdate", "**25 a second**", "UserRead", "Lambda's concurrency", "SES"]:
        assert named in quotas
    assert "sam deploy --tags" in guide
