"""`python tools/checks/role_of.py TEMPLATE < [parameters, …]`: what its execution role may do under each set.

Local AWS evaluates neither Fn::Join nor Fn::Split in conditions, so what register.yml comes to is worked out here, with
the parser of cfn-lint and as much of the language as that template uses.
"""

import json
import sys
from typing import Any

from cfnlint.decode import cfn_yaml

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "111122223333"}
NO_VALUE = object()


class Template:
    def __init__(self, document: dict[str, Any], given: dict[str, str]) -> None:
        self.document = document
        self.values: dict[str, Any] = dict(PSEUDO)
        for name, declared in document["Parameters"].items():
            value = given.get(name, declared.get("Default", ""))
            self.values[name] = value.split(",") if declared["Type"] == "CommaDelimitedList" else value

    def resolve(self, node: Any) -> Any:
        if isinstance(node, list):
            return [found for found in map(self.resolve, node) if found is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in ("Ref", "Condition") and isinstance(argument, str):
                return self.named(name, argument)
            if name.startswith("Fn::"):
                return self.function(name, argument)
        return {key: self.resolve(value) for key, value in node.items()}

    def named(self, kind: str, name: str) -> Any:
        if kind == "Condition":
            return self.resolve(self.document["Conditions"][name])
        return NO_VALUE if name == "AWS::NoValue" else self.values.get(name, name)

    def function(self, name: str, argument: Any) -> Any:
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self.resolve(then if self.named("Condition", condition) else otherwise)
        if name == "Fn::Sub":
            text, extra = (argument, {}) if isinstance(argument, str) else argument
            for key, value in {**self.values, **self.resolve(extra)}.items():
                text = text.replace("${" + key + "}", str(value))
            return text
        if name == "Fn::GetAtt":
            return ".".join(argument)
        given = self.resolve(argument)
        match name:
            case "Fn::Equals":
                return given[0] == given[1]
            case "Fn::Not":
                return not given[0]
            case "Fn::And":
                return all(given)
            case "Fn::Or":
                return any(given)
            case "Fn::Join":
                return given[0].join(given[1])
            case "Fn::Split":
                return given[1].split(given[0])
        raise ValueError(f"{name} is not known to {__file__}")


def main() -> None:
    document = cfn_yaml.load(sys.argv[1])
    policies = document["Resources"]["ExecutionRole"]["Properties"]["Policies"]
    answers = []
    for given in json.load(sys.stdin):
        resolved = Template(document, given).resolve(policies)
        answers.append([statement for policy in resolved for statement in policy["PolicyDocument"]["Statement"]])
    json.dump(answers, sys.stdout)


main()
