"""A resource type that has nothing to do with Data Exchange: its handler does what the property Behave says."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from typing import Any

HANDLER = r"""
const fs = require('fs');
const path = require('path');
const dir = process.env.TOY_STATE;
const file = (id) => path.join(dir, `${id}.json`);
const load = (id) => (id && fs.existsSync(file(id)) ? JSON.parse(fs.readFileSync(file(id), 'utf8')) : undefined);
const save = (model) => fs.writeFileSync(file(model.Id), JSON.stringify(model));
const merge = (target, text) => Object.assign(target, JSON.parse(text));

/** `CREATE:model:{…}` → for CREATE: ['model', '{…}'] */
function stepsFor(action, model) {
  return (model.Behave ?? [])
    .filter((line) => line.startsWith(`${action}:`))
    .map((line) => line.slice(action.length + 1))
    .map((line) => [line.split(':')[0], line.split(':').slice(1).join(':')]);
}

/** Whether this is the first call with the name. */
function once(name) {
  const found = fs.existsSync(path.join(dir, name));
  if (!found) fs.writeFileSync(path.join(dir, name), '');
  return !found;
}

function shown(model) {
  const { Secret, ...rest } = model;
  return { ...rest, Arn: `arn:toy:${model.Id}`, Detail: { Count: 3, Even: false } };
}

exports.entrypoint = async (event) => {
  fs.appendFileSync(path.join(dir, 'events.jsonl'), `${JSON.stringify(event)}\n`);
  const wanted = event.requestData.resourceProperties;
  const stored = load(wanted.Id);
  const changes = event.action === 'CREATE' || event.action === 'UPDATE';
  const steps = stepsFor(event.action, changes ? wanted : (stored ?? {}));
  const step = (name) => steps.find(([first]) => first === name)?.[1];
  const finish = (answer) => {
    for (const [name, value] of steps) {
      if (name === 'answer' && answer.status !== 'IN_PROGRESS') merge(answer, value);
      if (name === 'progress' && answer.status === 'IN_PROGRESS') merge(answer, value);
      if (name === 'model' && answer.status === 'SUCCESS') merge(answer.resourceModel ?? {}, value);
      if (name === 'drop' && answer.status === 'SUCCESS') delete (answer.resourceModel ?? {})[value];
      if (name === 'return') return JSON.parse(value);
    }
    return answer;
  };
  const failed = (errorCode, message, resourceModel) => finish({ status: 'FAILED', errorCode, message, resourceModel });
  const context = event.callbackContext ?? {};

  if (step('crash') !== undefined) process.exit(7);
  if (step('throw') !== undefined) throw new Error('thrown on purpose');
  if (step('late') !== undefined && once(`late-${event.bearerToken}`)) {
    await new Promise((done) => setTimeout(done, Number(step('late'))));
    fs.writeFileSync(path.join(dir, `ended-${event.bearerToken}`), '');
  }
  if (step('flaky') !== undefined) {
    const counter = path.join(dir, `flaky-${event.bearerToken}`);
    const count = fs.existsSync(counter) ? Number(fs.readFileSync(counter, 'utf8')) : 0;
    fs.writeFileSync(counter, String(count + 1));
    if (count < Number(step('flaky'))) return failed('Throttling', `slow down ${count}`);
  }

  switch (event.action) {
    case 'CREATE': {
      const model = { Size: 1, ...wanted, Id: wanted.Id ?? `thing-${event.bearerToken.slice(0, 8)}` };
      if (step('fail') !== undefined) return failed(step('fail'), 'failed on purpose');
      save(model);
      const rounds = Number(step('rounds') ?? 0);
      const round = context.round ?? 0;
      if (round < rounds) {
        return finish({
          status: 'IN_PROGRESS',
          message: `round ${round + 1} of ${rounds}`,
          resourceModel: model,
          callbackContext: { round: round + 1 },
          callbackDelaySeconds: 0,
        });
      }
      if (step('fail-late') !== undefined) return failed(step('fail-late'), 'failed late', model);
      return finish({ status: 'SUCCESS', resourceModel: shown(model) });
    }
    case 'READ':
      if (!stored) return failed('NotFound', `no thing ${wanted.Id}`);
      return finish({ status: 'SUCCESS', resourceModel: shown(stored) });
    case 'UPDATE': {
      if (!stored) return failed('NotFound', `no thing ${wanted.Id}`);
      if (step('fail') !== undefined && !event.rollback) return failed(step('fail'), 'failed on purpose', wanted);
      if (step('fail-back') !== undefined && event.rollback) return failed(step('fail-back'), 'cannot go back', wanted);
      const round = context.round ?? 0;
      if (round < Number(step('rounds') ?? 0)) {
        const callbackContext = { round: round + 1 };
        return finish({ status: 'IN_PROGRESS', resourceModel: wanted, callbackContext, callbackDelaySeconds: 1 });
      }
      const shrinks = (wanted.Size ?? 1) < (stored.Size ?? 1);
      if (shrinks && !event.rollback) return failed('NotUpdatable', 'cannot shrink', wanted);
      // what has grown stays as it is, even in a rollback
      const model = { Size: 1, ...wanted, ...(shrinks && { Size: stored.Size }) };
      save(model);
      return finish({ status: 'SUCCESS', resourceModel: shown(model) });
    }
    case 'DELETE': {
      if (!stored) return failed('NotFound', `no thing ${wanted.Id}`);
      if (step('fail') !== undefined) return failed(step('fail'), 'cannot be deleted', { Id: wanted.Id });
      const round = context.round ?? 0;
      if (round < Number(step('rounds') ?? 0)) {
        return finish({
          status: 'IN_PROGRESS',
          message: `still deleting ${round + 1}`,
          resourceModel: { Id: wanted.Id },
          callbackContext: { round: round + 1 },
        });
      }
      fs.unlinkSync(file(wanted.Id));
      return finish({ status: 'SUCCESS' });
    }
    case 'LIST': {
      // pages of two
      const files = fs.readdirSync(dir).filter((name) => name.startsWith('thing-')).sort();
      const found = files.map((name) => shown(load(name.slice(0, -5)))).filter((model) => model.Label === wanted.Label);
      const start = Number(event.nextToken ?? 0);
      const nextToken = start + 2 < found.length ? String(start + 2) : undefined;
      return finish({ status: 'SUCCESS', resourceModels: found.slice(start, start + 2), nextToken });
    }
    default:
      return failed('InvalidRequest', `unknown action ${event.action}`);
  }
};
"""

SCHEMA: dict[str, Any] = {
    "typeName": "Toy::Test::Thing",
    "description": "Resource Type definition for a toy.",
    "sourceUrl": "https://example.com/toy",
    "definitions": {
        "Part": {
            "type": "object",
            "properties": {"Key": {"type": "string"}, "Bucket": {"type": "string"}},
            "required": ["Key"],
            "additionalProperties": False,
        }
    },
    "properties": {
        "Name": {"type": "string", "minLength": 1},
        "Label": {"type": "string"},
        "Enabled": {"type": "boolean"},
        "Size": {"type": "integer", "minimum": 1},
        "Kind": {"type": "string", "enum": ["ROUND", "SQUARE"]},
        "Secret": {"type": "string"},
        "Parts": {"type": "array", "insertionOrder": False, "items": {"$ref": "#/definitions/Part"}},
        "Steps": {"type": "array", "insertionOrder": True, "items": {"type": "string"}},
        "Behave": {"type": "array", "insertionOrder": True, "items": {"type": "string"}},
        "Id": {"type": "string"},
        "Arn": {"type": "string"},
        "Detail": {
            "type": "object",
            "properties": {"Count": {"type": "integer"}, "Even": {"type": "boolean"}},
            "additionalProperties": False,
        },
    },
    "required": ["Name"],
    "additionalProperties": False,
    "primaryIdentifier": ["/properties/Id"],
    "readOnlyProperties": ["/properties/Id", "/properties/Arn", "/properties/Detail"],
    "writeOnlyProperties": ["/properties/Secret"],
    "createOnlyProperties": ["/properties/Name", "/properties/Parts"],
    "conditionalCreateOnlyProperties": ["/properties/Size"],
    "tagging": {
        "taggable": False,
        "tagOnCreate": False,
        "tagUpdatable": False,
        "cloudFormationSystemTags": False,
    },
    "handlers": {
        action: {"permissions": ["toy:Do"], **({} if action == "read" else {"timeoutInMinutes": 60})}
        for action in ("create", "read", "update", "delete")
    }
    | {
        "list": {
            "permissions": ["toy:Do"],
            "handlerSchema": {
                "properties": {"Label": {"$ref": "resource-schema.json#/properties/Label"}},
                "required": ["Label"],
            },
        }
    },
}


def schema(type_name: str = "Toy::Test::Thing", **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SCHEMA), "typeName": type_name, **changes}


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def settings(type_name: str) -> str:
    """The .rpdk-config of a project for that type."""
    found = {
        "artifact_type": "RESOURCE",
        "typeName": type_name,
        "language": "typescript",
        "runtime": "nodejs22.x",
        "entrypoint": "handlers.entrypoint",
        "testEntrypoint": "handlers.testEntrypoint",
        "settings": {"protocolVersion": "2.0.0", "no_docker": True},
    }
    return json.dumps(found)


def package(document: dict[str, Any] | None = None, /, **replaced: Any) -> bytes:
    """A registry package; `replaced` puts another file in its place, or takes it out (None)."""
    document = document or schema()
    files: dict[str, str | bytes | None] = {
        "schema.json": json.dumps(document),
        ".rpdk-config": settings(document["typeName"]),
        "ResourceProvider.zip": zipped({"handlers.js": HANDLER}),
        **{name.replace("__", "."): content for name, content in replaced.items()},
    }
    return zipped({name: content for name, content in files.items() if content is not None})
