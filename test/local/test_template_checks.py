"""What is refused about a template, sentence by sentence, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from local_aws.template_checks import check, check_parameters
from local_aws.template_shape import TemplateError

A = {"Type": "Toy::Test::Thing", "Properties": {"Name": "a"}}


def template(properties: Any = None, /, **more: Any) -> dict[str, Any]:
    """A resource A, and B with these properties; `more` are attributes of B, or sections of the template."""
    sections = {name: more.pop(name) for name in list(more) if name in SECTIONS}
    second = {"Type": "Toy::Test::Thing", "Properties": properties or {}, **more}
    return {"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": A, "B": second}, **sections}


SECTIONS = (
    "AWSTemplateFormatVersion",
    "Conditions",
    "Foo",
    "Hooks",
    "Mappings",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
)


def output(value: Any, **more: Any) -> dict[str, Any]:
    return {"Out": {"Value": value, **more}}


RESOURCES = "in the Resources block of the template"
CASES: list[tuple[dict[str, Any], str]] = [
    # references
    (template({"Name": {"Ref": "Nothing"}}), f"Unresolved resource dependencies [Nothing] {RESOURCES}"),
    (template({"Name": {"Ref": "AWS::Nothing"}}), f"Unresolved resource dependencies [AWS::Nothing] {RESOURCES}"),
    (template({"Name": {"Fn::Sub": "${Nothing}-${P}"}}), f"Unresolved resource dependencies [Nothing] {RESOURCES}"),
    (
        template({"Name": {"Fn::Sub": ["${X}", {"X": {"Ref": "Nothing"}}]}}),
        f"Unresolved resource dependencies [Nothing] {RESOURCES}",
    ),
    (template({"Name": {"Fn::Sub": "${Nothing.Arn}"}}), "Fn::Sub references invalid resource attribute Nothing.Arn"),
    (template({"Name": {"Fn::GetAtt": ["Nothing", "Arn"]}}), "Fn::GetAtt references undefined resource Nothing"),
    (template({"Name": {"Fn::GetAtt": "P.Arn"}}), "Fn::GetAtt references undefined resource P"),
    (template({"Name": {"Fn::GetAtt": ["A", ""]}}), "every Fn::GetAtt object requires two non-empty parameters"),
    (template(DependsOn="Nothing"), f"Unresolved resource dependencies [Nothing] {RESOURCES}"),
    (template(DependsOn=["A", "P"]), f"Unresolved resource dependencies [P] {RESOURCES}"),
    (template(Metadata={"x": {"Ref": "Nothing"}}), f"Unresolved resource dependencies [Nothing] {RESOURCES}"),
    (template(Outputs=output({"Ref": "Nothing"})), "dependencies [Nothing] in the Outputs block of the template"),
    (
        template(Conditions={"C": {"Fn::Equals": [{"Ref": "A"}, "x"]}}),
        "Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template",
    ),
    (
        {"Resources": {"A": {**A, "DependsOn": "B"}, "B": {**A, "Properties": {"Name": {"Ref": "A"}}}}},
        "Circular dependency between resources: [A, B]",
    ),
    (template(DependsOn="B"), "Circular dependency between resources: [B]"),
    (template({"Name": {"Fn::GetAtt": ["B", "Arn"]}}), "Circular dependency between resources: [B]"),
    # conditions
    (template(Condition="Nothing"), f"Unresolved condition dependency Nothing {RESOURCES}"),
    (template({"Name": {"Fn::If": ["Nothing", 1, 2]}}), f"Unresolved condition dependency Nothing {RESOURCES}"),
    (template(Conditions={"C": {"Condition": "Nothing"}}), "dependency Nothing in the Conditions block"),
    (template(Outputs=output("x", Condition="Nothing")), "dependency Nothing in the Outputs block"),
    # shape
    (template(Foo={}), "Invalid template property or properties [Foo]"),
    ({"Resources": {}}, "At least one Resources member must be defined"),
    ({"Resources": {"A": {"Properties": {}}}}, "must contain a Type member; A does not"),
    (template(Name="x"), "Invalid template resource property 'Name'"),
    (template(DeletionPolicy="retain"), "Unrecognized DeletionPolicy retain for the resource B"),
    (template(UpdateReplacePolicy="RetainExceptOnCreate"), "Unrecognized UpdateReplacePolicy"),
    (template({"Name": {"Fn::Jion": ["", []]}}), "Encountered unsupported function: Fn::Jion"),
    (template({"Name": None}), "[/Resources/B/Type/Name] 'null' values are not allowed in templates"),
    (template({"Parts": [{"Key": None}]}), "[/Resources/B/Type/Parts/0/Key] 'null' values are not allowed"),
    (template(DependsOn=["A", None]), "[/Resources/B/DependsOn/1] 'null' values are not allowed in templates"),
    (template(Outputs=None), "[/Outputs] 'null' values are not allowed in templates"),
    ({"Resources": {"A": {**A, "Properties": []}}}, "[/Resources/A/Properties] Properties must be a map"),
    ({"Resources": {"A-1": A}}, "Template format error: Resource name A-1 is non alphanumeric."),
    (template(Parameters={"P_1": {"Type": "String"}}), "Parameter name P_1 is non alphanumeric."),
    (template(Outputs={"a-b": {"Value": "x"}}), "Outputs name 'a-b' is non alphanumeric."),
    (template(AWSTemplateFormatVersion="2010-09-10"), "unsupported value for AWSTemplateFormatVersion."),
    (template(Parameters={"P": {"Default": "x"}}), "Every Parameters object must contain a Type member."),
    (template(Parameters={"P": {"Type": "Strin"}}), "Unrecognized parameter type: Strin"),
    (template(Parameters={"P": {"Type": "String", "Size": 1}}), "Invalid template parameter property 'Size'"),
    (template(Mappings={"M": {"a": "b"}}), "Every Mappings member must be a map"),
    (template(Mappings={"M": {"a": {"b": {"Ref": "P"}}}}), "Every Mappings attribute must be a String or a List."),
    (template(Conditions={"C": "true"}), "Conditions can only be boolean operations on parameters and other"),
    (template(Outputs={"Out": {"Description": "x"}}), "Every Outputs member must contain a Value object"),
    (template(Outputs=output("x", Exports="y")), "Invalid output property or properties [Exports]"),
    (template(DeletionPolicy="Snapshot"), "Toy::Test::Thing does not support deletion policy Snapshot"),
    (
        template({"Name": "{{resolve:ssm-secure:a}}", "Parts": [{"Key": {"Fn::Sub": "{{resolve:ssm-secure:b:1}}"}}]}),
        "not supported in: [Toy::Test::Thing/Properties/Name,Toy::Test::Thing/Properties/Parts]",
    ),
    # arguments of functions
    (template({"Name": {"Fn::Join": ["-"]}}), "every Fn::Join object requires two parameters"),
    (template({"Name": {"Fn::Join": ["-", "a"]}}), "every Fn::Join object requires two parameters"),
    (template({"Name": {"Fn::Split": ["-", ["a"]]}}), "every Fn::Split object requires two parameters"),
    (template({"Name": {"Fn::Select": ["0"]}}), "Fn::Select requires a list argument with two elements"),
    (template({"Name": {"Fn::Sub": ["a"]}}), "One or more Fn::Sub intrinsic functions don't specify expected"),
    (template({"Name": {"Fn::If": ["C", "a"]}}), "Fn::If requires a list argument with the first element being"),
    (template({"Name": {"Fn::FindInMap": ["M", "a"]}}), "every Fn::FindInMap object requires three parameters"),
    (template({"Name": {"Ref": ["P"]}}), "every Ref object must have a single String value."),
    (template(Conditions={"C": {"Fn::Equals": ["a"]}}), "every Fn::Equals object requires a list of 2 string"),
    (template(Conditions={"C": {"Fn::Not": []}}), "every Fn::Not object requires one boolean parameter."),
    (template(Conditions={"C": {"Fn::Or": [{}]}}), "every Fn::Or object requires a list of at least 2 and at"),
    # what local AWS lacks
    (template(Hooks={}), "Local AWS cannot run the section Hooks"),
    (template(Transform=["AWS::Include", "Mine"]), "Local AWS cannot run the transform Mine"),
    (template({"Name": {"Fn::Transform": {"Name": "Mine"}}}), "Local AWS cannot run the transform Mine"),
    (template(Type="AWS::CloudFormation::Stack"), "Local AWS cannot deploy nested stacks (B)"),
]


@pytest.mark.parametrize(("document", "sentence"), CASES)
def test_refused(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TemplateError) as raised:
        check(document)
    assert sentence in str(raised.value)


def test_accepted() -> None:
    """Every kind of reference that is right, and look-alikes of wrong ones."""
    properties = {
        "Name": {"Fn::Sub": ["${A}${A.Arn}${P}${AWS::Region}${Own}${!Literal}", {"Own": {"Ref": "P"}}]},
        "Label": {"Fn::Join": ["", [{"Ref": "A"}, {"Fn::GetAtt": "A.Detail.Count"}, {"Ref": "AWS::NoValue"}]]},
        "Parts": {"Fn::If": ["Yes", [{"Key": {"Fn::ImportValue": {"Fn::Sub": "${P}-x"}}}], {"Ref": "AWS::NoValue"}]},
        "Policy": {"Statement": [{"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}]},
    }
    document = template(
        properties,
        Condition="Yes",
        DependsOn=["A"],
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy={"Ref": "P"},
        Metadata={"anything": {"Fn::Unknown": 1, "Fn::If": ["x"]}},
        Conditions={
            "Yes": {"Fn::And": [{"Fn::Equals": [{"Ref": "P"}, ""]}, {"Condition": "Too"}]},
            "Too": {"Ref": "P"},
        },
        Outputs=output(
            {"Fn::GetAtt": ["B", "Arn"]}, Condition="Yes", Export={"Name": {"Fn::Sub": "${AWS::StackName}-b"}}
        ),
    )
    check(document)
    check(document, {"Yes": True, "Too": True})


def test_what_conditions_exclude_does_not_count() -> None:
    conditions = {"Yes": True, "No": False}
    declared = {name: {"Fn::Equals": ["a", "a"]} for name in conditions}
    absent = {**A, "Condition": "No", "Properties": {"Name": {"Ref": "Nothing"}}}
    chosen = {**A, "Properties": {"Name": {"Fn::If": ["Yes", "x", {"Ref": "Absent"}]}}}
    outputs = output({"Ref": "Absent"}, Condition="No")
    document = {"Conditions": declared, "Resources": {"Absent": absent, "Chosen": chosen}, "Outputs": outputs}
    check(document, conditions)
    with pytest.raises(TemplateError, match=r"dependencies \[Absent\] in the Outputs block"):
        check({**document, "Outputs": output({"Ref": "Absent"})}, conditions)


def test_a_template_that_is_not_expanded_yet() -> None:
    check(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Globals": {},
            "Resources": {
                "F": {"Type": "AWS::Serverless::Function", "Properties": {"X": {"Ref": "ServerlessRestApi"}}}
            },
        }
    )


def test_parameters() -> None:
    document = template(
        Parameters={"P": {"Type": "String"}, "Q": {"Type": "String"}, "R": {"Default": "", "Type": "String"}}
    )
    check_parameters(document, ["P", "Q"])
    with pytest.raises(TemplateError, match=r"^Parameters: \[X, Y\] do not exist in the template$"):
        check_parameters(document, ["P", "Q", "X", "Y"])
    with pytest.raises(TemplateError, match=r"^Parameters: \[P, Q\] must have values$"):
        check_parameters(document, ["R"])
