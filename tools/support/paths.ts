import { join, resolve } from 'node:path';

/** The repository's root; every tool works from here, wherever it was called. */
export const ROOT = resolve(__dirname, '..', '..');

export const SCHEMA_FILE = 'aws-dataexchange-job.json';
export const COMPACT_SCHEMA_FILE = 'src/job/schema.ts';
/** A role with the rights of every job type. */
export const ROLE_FILE = 'resource-role.yaml';
/** The registration as a stack, under the canonical name. */
export const REGISTER_FILE = 'tools/package/register.yml';

/** What the CDK library has of the schema and of the rights. */
export const CDK_JOB_FILE = 'cdk/src/cfn-job.generated.ts';
export const CDK_RIGHTS_FILE = 'cdk/src/rights.generated.ts';

export function inRoot(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/** A command that npm installed into the project. */
export function npmTool(name: string): string {
  return inRoot('node_modules', '.bin', name);
}

/** A command of one of the project's Python virtual environments. */
export function pythonTool(environment: string, name: string): string {
  return inRoot('.venv', environment, 'bin', name);
}

/** The binary of Node 20 or 22: this process's own where it is of that version, else the one that `make setup` brings. */
export function nodeOf(major: string): string {
  return process.versions.node.startsWith(`${major}.`)
    ? process.execPath
    : inRoot('requirements/node-versions/node_modules', `node${major}-${process.platform}-${process.arch}`, 'bin/node');
}
