"""contract/fixtures.py: what the contract inputs refer to, in a Region that is not the default of anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from conftest import ROOT, Local


def test_fixtures_come_and_go_in_another_region(local: Local) -> None:
    region = {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}

    def fixtures(what: str) -> str:
        command = [sys.executable, "contract/fixtures.py", what]
        environment = {**os.environ, **local.environment, **region}
        found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr
        return found.stdout

    made = json.loads(fixtures("up"))
    assert made["contract:KmsKeyArn"].startswith("arn:aws:kms:eu-central-1:")
    assert len(made["contract:S3AssetId"]) == 32
    fixtures("down")
    assert json.loads(fixtures("exports")) == {}
