"""Deployment templates as CloudFormation sees them once parameters are set."""

import copy
import functools
import pathlib
import re

from cfnlint.decode import cfn_yaml

PATH = pathlib.Path(__file__).parents[2] / "deploy/sam/template.yaml"
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "codes",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()


@functools.cache
def read(path):
    return cfn_yaml.load(str(path))


class Filled:
    """A template with references filled in.

    A reference to a resource reads as its name in square brackets, an attribute as `[Name.Attribute]`.
    """

    template: dict
    resources: dict

    def named(self, logical_id):
        return logical_id

    def fill(self, value):
        if isinstance(value, list):
            return [filled for item in value if (filled := self.fill(item)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, operand),) = value.items()
            match name:
                case "Ref":
                    return self.reference(operand)
                case "Fn::If":
                    return self.fill(operand[1] if self.holds(operand[0]) else operand[2])
                case "Fn::GetAtt":
                    name, attribute = operand if isinstance(operand, list) else operand.split(".", 1)
                    return f"[{self.named(name)}.{attribute}]"
                case "Fn::Sub":
                    return self.substitute(operand)
                case "Fn::Join":
                    return operand[0].join(self.fill(operand[1]))
                case "Fn::FindInMap":
                    table, first, second = (self.fill(part) for part in operand)
                    return self.template["Mappings"][table][first][second]
        filled = {name: self.fill(item) for name, item in value.items()}
        return {name: item for name, item in filled.items() if item is not NOTHING}

    def holds(self, condition):
        raise AssertionError(condition)

    def reference(self, name):
        return NOTHING if name == "AWS::NoValue" else PSEUDO.get(name, f"[{self.named(name)}]")

    def substitute(self, operand):
        text, names = operand if isinstance(operand, list) else (operand, {})
        for part in text.split("${")[1:]:
            name = part.split("}")[0]
            text = text.replace(f"${{{name}}}", self.fill(names[name]) if name in names else self.reference(name))
        return text

    def of_type(self, kind):
        return {name: made["Properties"] for name, made in self.resources.items() if made["Type"] == kind}

    def function(self, name):
        """All of a function's settings but its environment."""
        settings = self.resources[name]["Properties"]
        return {name: value for name, value in settings.items() if name != "Environment"}

    def environment(self, function):
        """All of a function's variables that have a value."""
        variables = self.resources[function]["Properties"].get("Environment", {}).get("Variables", {})
        return {name: value for name, value in variables.items() if value != ""}

    def allowed(self, function):
        """What a function may do: pairs of action and resource."""
        role = self.resources[function]["Properties"]["Role"].strip("[]").split(".")[0]
        policies = list(self.resources[role]["Properties"]["Policies"])
        policies += [
            policy for policy in self.of_type("AWS::IAM::Policy").values() if f"[{role}]" in policy["Roles"]
        ]
        statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
        assert all(each["Effect"] == "Allow" for each in statements)
        return {
            (action, resource)
            for each in statements
            for action in listed(each["Action"])
            for resource in listed(each["Resource"])
        }


class Stack(Filled):
    """The SAM template with these parameters: conditions decided, resources that are not made left out."""

    def __init__(self, **parameters):
        self.template = copy.deepcopy(read(PATH))
        defaults = {name: given.get("Default") for name, given in self.template["Parameters"].items()}
        assert parameters.keys() <= defaults.keys(), parameters
        self.parameters = {**defaults, "MailFromAddress": "no-reply@example.com", **parameters}
        made = {
            name: resource
            for name, resource in self.template["Resources"].items()
            if self.holds(resource.get("Condition"))
        }
        self.resources = {name: self.fill(resource) for name, resource in made.items()}
        shared = self.fill(self.template["Globals"]["Function"])
        for function in self.of_type("AWS::Serverless::Function").values():
            both = {**shared["Environment"]["Variables"], **function.get("Environment", {}).get("Variables", {})}
            function.update({**shared, **function, "Environment": {"Variables": both}})

    def holds(self, condition):
        return condition is None or self.decide(self.template["Conditions"][condition])

    def decide(self, expression):
        ((operator, operands),) = expression.items()
        match operator:
            case "Condition":
                return self.holds(operands)
            case "Fn::Equals":
                return self.fill(operands[0]) == self.fill(operands[1])
            case "Fn::Not":
                return not self.decide(operands[0])
            case "Fn::And":
                return all(map(self.decide, operands))
            case "Fn::Or":
                return any(map(self.decide, operands))
        raise AssertionError(operator)

    def reference(self, name):
        if name not in self.parameters:
            return super().reference(name)
        is_list = self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
        return self.parameters[name].split(",") if is_list else self.parameters[name]


class Synthesised(Filled):
    """What the CDK construct makes, with the names that the SAM template gives."""

    def __init__(self, template):
        self.template = template
        self.resources = {self.named(name): self.fill(made) for name, made in template["Resources"].items()}

    def named(self, logical_id):
        version = re.fullmatch(r"Codes(\w+)FunctionCurrentVersion\w+", logical_id)
        return f"{version[1]}Version" if version else re.sub(r"^Codes(Alarms)?|[0-9A-F]{8}$", "", logical_id)


def listed(value):
    return value if isinstance(value, list) else [value]
