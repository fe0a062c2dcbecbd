"""deploy/terraform: that it is formatted, and agrees with the SAM template.

Terraform itself validates a module only with the provider at hand, which is downloaded from its registry. So the module is
parsed here, and what stands in it in so many words is compared; what it computes is not.
"""

import json
import re
import shutil
import subprocess

import hcl2
import pytest
from template import PATH, Stack

FOLDER = PATH.parents[1] / "terraform"
POOL = "eu-central-1_AbCd12345"
FUNCTIONS = ["Define", "Create", "Verify", "PreToken", "PostConfirmation"]
# When each right is given, and the parameters of the SAM template that give it.
RIGHTS = {
    "log": (True, {}),
    "key": (True, {}),
    "ledger": ("!var.exact_counters", {}),
    "counters": ("var.exact_counters", {"ExactCounters": "true"}),
    "counters_read": ("var.exact_counters", {"ExactCounters": "true"}),
    "door": ("local.has_door", {"ExactCounters": "true", "RequireCode": "one"}),
    "door_key": ("local.has_door", {"ExactCounters": "true", "RequireCode": "one"}),
    "ses": ("local.sends_ses", {}),
    "smtp": ("local.sends_smtp", {"MailRoute": "smtp", "SmtpUrlSecret": "relay"}),
    "kms": ("local.has_kms", {"KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1"}),
    "vpc": ("local.has_vpc", {"VpcSubnetIds": "subnet-1", "VpcSecurityGroupIds": "sg-1"}),
}
# Variables of other names than the template's parameters, and of no parameter.
OTHERS = {"name", "zips", "user_pool_arn", "tags"}
NO_VARIABLE = {"Release"}


def plain(value):
    """What was parsed, without the parser's quotes and marks."""
    match value:
        case dict():
            return {plain(name): plain(item) for name, item in value.items() if not name.startswith("__")}
        case list():
            return [plain(item) for item in value]
        case str() if value.startswith('"'):
            # Quotes inside an expression are the expression's.
            return value[1:-1] if "${" in value else json.loads(value)
        case str() if value.startswith("${"):
            return value[2:-1]
    return value


def module():
    found = {}
    for file in sorted(FOLDER.glob("*.tf")):
        for kind, blocks in plain(hcl2.loads(file.read_text())).items():
            if isinstance(blocks, list):
                found.setdefault(kind, []).extend(blocks)
    return found


MODULE = module()
LOCALS = {name: value for block in MODULE["locals"] for name, value in block.items()}
VARIABLES = {name: block for each in MODULE["variable"] for name, block in each.items()}


def resources(kind):
    return {name: block for each in MODULE["resource"] for name, block in each.get(kind, {}).items()}


def test_the_module_is_formatted():
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("there is no terraform")
    ended = subprocess.run(
        [terraform, "fmt", "-check", "-recursive", FOLDER], stdout=subprocess.PIPE, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_variables_are_the_templates_parameters_with_their_defaults_and_choices():
    all_parameters = Stack().template["Parameters"].items()
    parameters = {snake(name): given for name, given in all_parameters if name not in NO_VARIABLE}
    assert VARIABLES.keys() - OTHERS == parameters.keys()
    for name, parameter in parameters.items():
        variable = VARIABLES[name]
        default = parameter.get("Default")
        match variable.get("default"):
            case bool(found):
                assert str(found).lower() == default
            case None | [] | -1:
                assert default in ("", None)
            case found:
                assert str(found) == str(default)
        choices = parameter.get("AllowedValues")
        if choices and variable["type"] != "bool":
            condition = variable["validation"][0]["condition"]
            listed = json.loads(re.fullmatch(rf"contains\((\[.+\]), var\.{name}\)", condition)[1])
            assert sorted(map(str, listed)) == sorted(map(str, choices))


def test_functions_run_as_the_templates_do():
    (function,) = resources("aws_lambda_function").values()
    sam = Stack().function("CreateFunction")
    assert (function["runtime"], function["handler"]) == (sam["Runtime"], sam["Handler"])
    assert (function["memory_size"], function["timeout"]) == (sam["MemorySize"], sam["Timeout"])
    assert function["logging_config"][0]["log_format"] == sam["LoggingConfig"]["LogFormat"]
    assert list(LOCALS["all"]) == FUNCTIONS
    for name, found in LOCALS["all"].items():
        of_template = Stack().function(f"{name}Function")
        assert of_template["Description"] == f"Poolhouse {found['program']}: {found['does']}"
        assert of_template["CodeUri"] == f"{found['program']}.zip"


def test_functions_have_the_templates_variables():
    stack = Stack(
        UserPoolId=POOL,
        ExactCounters="true",
        RequireCode="one",
        PreviousKey="true",
        SessionMinutes="15",
        MailOrigin="example.com",
        TemplatesLayerArn="arn:aws:lambda:eu-central-1:123456789012:layer:mail:1",
    )
    mail = set(LOCALS["mail_environment"])
    # The parser leaves a call such as merge() as text.
    own = {"Create": mail | set(re.findall(r"\b([A-Z_]{3,})\b", LOCALS["own_environment"]["Create"])), "Verify": mail}
    for name in FUNCTIONS:
        expected = set(LOCALS["environment"]) | own.get(name, set())
        assert expected == stack.environment(f"{name}Function").keys(), name
    assert LOCALS["own_environment"]["PreToken"].keys() == {"OTP_KEY", "OTP_KEY_PREVIOUS", "COUNTERS_TABLE"}
    assert LOCALS["environment"]["CUSTOM_ATTRIBUTES"] == "custom:authChallenge"


@pytest.mark.parametrize("right", RIGHTS)
def test_each_right_is_given_when_the_template_gives_it(right):
    assert LOCALS["rights"].keys() == RIGHTS.keys()
    found, (condition, parameters) = LOCALS["rights"][right], RIGHTS[right]
    assert found["on"] == condition
    stack = Stack(UserPoolId=POOL, **parameters)
    # Others that read secrets or the table are told apart by what they read.
    is_same = {"key": "[OtpKey]", "door_key": "[OtpKey]", "smtp": "secret:relay-"}.get(right, "")
    of_template = {
        name: {action for action, resource in stack.allowed(f"{name}Function") if is_same in resource}
        for name in FUNCTIONS
    }
    for name in FUNCTIONS:
        assert (name in found["functions"]) <= (set(found["actions"]) <= of_template[name]), name
    # And nobody else may do all of that, but by another right of the same scenario.
    given = {
        each for each, (_, needs) in RIGHTS.items() if each != right and needs.items() <= stack.parameters.items()
    }
    for name in set(FUNCTIONS) - set(found["functions"]):
        rights = [LOCALS["rights"][each] for each in given]
        others = {action for each in rights for action in each["actions"] if name in each["functions"]}
        assert not set(found["actions"]) <= of_template[name] - others, name


def test_all_rights_together_are_the_templates():
    for parameters, switched_on in [
        ({}, {"ledger", "ses"}),
        ({"ExactCounters": "true"}, {"counters", "counters_read", "ses"}),
        ({"ExactCounters": "true", "RequireCode": "one"}, {"counters", "counters_read", "door", "door_key", "ses"}),
        ({"MailRoute": "smtp-then-ses", "SmtpUrlSecret": "relay"}, {"ledger", "ses", "smtp"}),
        ({**RIGHTS["kms"][1], **RIGHTS["vpc"][1]}, {"ledger", "ses", "kms", "vpc"}),
    ]:
        stack = Stack(UserPoolId=POOL, **parameters)
        rights = [LOCALS["rights"][name] for name in {"log", "key", *switched_on}]
        for name in FUNCTIONS:
            allowed = {action for right in rights if name in right["functions"] for action in right["actions"]}
            assert allowed == {action for action, _ in stack.allowed(f"{name}Function")}, name
    policies = [block for each in MODULE["data"] for block in each.get("aws_iam_policy_document", {}).values()]
    (statement,) = [each["dynamic"][0]["statement"] for each in policies if "dynamic" in each]
    condition = statement["content"][0]["dynamic"][0]["condition"]["content"][0]
    assert (condition["test"], condition["variable"]) == ("StringEquals", "ses:FromAddress")


def test_only_the_pool_may_call_the_functions_and_their_aliases():
    permissions = resources("aws_lambda_permission")
    assert permissions.keys() == {"function", "alias"}
    for permission in permissions.values():
        assert (permission["principal"], permission["source_arn"]) == ("cognito-idp.amazonaws.com", "var.user_pool_arn")
        assert permission["source_account"] == "data.aws_caller_identity.this.account_id"
        assert permission["for_each"] == "local.functions"


def queries(alarm):
    """What an alarm over several metrics counts: label and expression, then metric, period and statistic."""
    static = alarm.get("metric_query", [])
    found = [(each.get("label"), each["expression"]) for each in static if "expression" in each]
    content = [each["metric_query"]["content"][0] for each in alarm.get("dynamic", [])]
    for each in [*content, *(each for each in static if "metric" in each)]:
        metric = each["metric"][0]
        found.append((metric["metric_name"].split("-")[-1], metric["period"], metric["stat"]))
    return sorted(map(str, set(found)))


def test_alarms_are_the_templates():
    template = Stack().of_type("AWS::CloudWatch::Alarm")
    named = resources("aws_cloudwatch_metric_alarm").items()
    alarms = {f"{name.title().replace('_', '')}Alarm": alarm for name, alarm in named}
    assert alarms.keys() == template.keys()
    for name, alarm in alarms.items():
        expected = template[name]
        for ours, theirs in [
            ("alarm_description", "AlarmDescription"),
            ("comparison_operator", "ComparisonOperator"),
            ("threshold", "Threshold"),
            ("evaluation_periods", "EvaluationPeriods"),
            ("treat_missing_data", "TreatMissingData"),
            ("namespace", "Namespace"),
            ("statistic", "Statistic"),
            ("extended_statistic", "ExtendedStatistic"),
            ("period", "Period"),
        ]:
            assert alarm.get(ours) == expected.get(theirs), (name, ours)
        of_template = {
            (each.get("Label"), each["Expression"])
            if "Expression" in each
            else (
                each["MetricStat"]["Metric"]["MetricName"].split("-")[-1],
                each["MetricStat"]["Period"],
                each["MetricStat"]["Stat"],
            )
            for each in expected.get("Metrics", [])
        }
        assert queries(alarm) == sorted(map(str, of_template)), name
        every = [each["metric_query"]["for_each"] for each in alarm.get("dynamic", [])]
        assert set(every) <= {"aws_lambda_function.this"}
    filters = {each["pattern"] for each in resources("aws_cloudwatch_log_metric_filter").values()}
    assert filters == {each["FilterPattern"] for each in Stack().of_type("AWS::Logs::MetricFilter").values()}


def test_the_table_and_the_key_are_the_templates():
    (table,) = resources("aws_dynamodb_table").values()
    assert (table["billing_mode"], table["hash_key"]) == ("PAY_PER_REQUEST", "id")
    assert table["ttl"] == [{"attribute_name": "expires", "enabled": True}]
    drawn = [each.get("aws_secretsmanager_random_password", {}) for each in MODULE["data"]]
    (password,) = [block for each in drawn for block in each.values()]
    (secret,) = Stack().of_type("AWS::SecretsManager::Secret").values()
    wanted = secret["GenerateSecretString"]
    assert (password["password_length"], password["exclude_punctuation"]) == (
        wanted["PasswordLength"],
        wanted["ExcludePunctuation"],
    )


def test_creates_alias_moves_last():
    aliases = resources("aws_lambda_alias")
    assert aliases["create"]["depends_on"] == ["aws_lambda_alias.this"]
    assert {alias["name"] for alias in aliases.values()} == {"live"}
