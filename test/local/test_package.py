"""Local AWS as somebody else uses it: installed from a wheel, in an environment and a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import toy
from conftest import ROOT, Local, start, stop, thing


def needed(requirements: list[str], found: dict[str, Distribution]) -> dict[str, Distribution]:
    """The distributions of this environment that are required, and what they require in turn, by name."""
    for requirement in map(Requirement, requirements):
        if requirement.name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[requirement.name] = distribution(requirement.name)
        assert requirement.specifier.contains(found[requirement.name].version), requirement
        needed(found[requirement.name].requires or [], found)
    return found


def link(distributions: dict[str, Distribution], site: Path) -> None:
    for each in distributions.values():
        for top in {file.parts[0] for file in each.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            if not (site / top).exists():
                (site / top).symlink_to(str(each.locate_file(top)))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what it asks for, taken from this one: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("package")
    source = shutil.copytree(ROOT / "local", folder / "local", ignore=shutil.ignore_patterns("__pycache__", "*_cache"))
    options = ("--disable-pip-version-check", "--no-deps", "--no-index", "--quiet")
    build = ("wheel", *options, "--no-build-isolation", "-w", folder, source)
    subprocess.run([sys.executable, "-m", "pip", *build], check=True)
    [wheel] = folder.glob("local_aws_registry-*-py3-none-any.whl")
    venv.create(folder / "venv", symlinks=True)
    [site] = (folder / "venv").glob("lib/python*/site-packages")
    link(needed(["pip"], {}), site)
    subprocess.run([folder / "venv/bin/python", "-m", "pip", "install", *options, wheel], check=True)
    [installed] = Distribution.discover(name="local-aws-registry", path=[str(site)])
    link(needed(installed.requires or [], {}), site)
    return folder / "venv"


def test_a_package_and_a_template_of_their_own(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(toy.package(toy.schema("Their::Own::Thing")))
    template = {"Resources": {"Thing": thing(type_name="Their::Own::Thing")}}
    (tmp_path / "template.json").write_text(json.dumps(template))
    local_aws = environment / "bin/local-aws"
    clients = f"--clients={Path(sys.executable).parent}"
    process, ready = start([clients], command=local_aws, folder=tmp_path, TOY_STATE=str(tmp_path))
    try:
        assert ready["stateDir"] == ".local-aws"
        assert "AWS_ENDPOINT_URL_DATAEXCHANGE" not in ready["environment"]
        shell = (
            f'eval "$({local_aws} env)"; {local_aws} register package.zip; '
            # its waiter polls every 30 s, so another call executes the change set
            "aws cloudformation deploy --no-execute-changeset --stack-name theirs --template-file template.json"
        )
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        subprocess.run(["sh", "-ec", shell], cwd=tmp_path, env=plain, check=True, capture_output=True)
        local = Local(ready["environment"], tmp_path)
        client = local.client("cloudformation")
        [change_set] = client.list_change_sets(StackName="theirs")["Summaries"]
        client.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        assert local.settled("theirs") == "CREATE_COMPLETE"
        assert local.thing(local.physical_id("theirs"))
    finally:
        stop(process)


def test_it_offers_its_types_to_others(environment: Path, tmp_path: Path) -> None:
    """py.typed and the metaschema are in the wheel; the plug-in is known by its entry point."""
    script = (
        "from importlib.metadata import entry_points\n"
        "from importlib.resources import files\n"
        "print(*[each.name for each in entry_points(group='local_aws.resource_types')])\n"
        "print((files('local_aws') / 'py.typed').is_file(), len(list((files('local_aws') / 'metaschema').iterdir())))"
    )
    found = subprocess.run(
        [environment / "bin/python", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["data-exchange", "True", "3"]
