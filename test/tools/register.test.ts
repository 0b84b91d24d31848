import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOB_TYPE_NAMES } from '../../src/job/job-types';

const template = readFileSync(join(__dirname, '..', '..', 'tools', 'package', 'register.yml'), 'utf8');

/** The lines of a block, from its heading to the next line that is indented no deeper. */
function block(heading: string): string[] {
  const lines = template.split('\n');
  const start = lines.findIndex((line) => line.trim() === heading);
  const depth = indent(lines[start] ?? '');
  const end = lines.findIndex((line, index) => index > start && line.trim() !== '' && indent(line) <= depth);
  return lines.slice(start + 1, end === -1 ? undefined : end);
}

const indent = (line: string) => line.length - line.trimStart().length;

describe('register.yml', () => {
  test('offers the nine job types', () => {
    const pattern = block('JobTypes:').flatMap((line) => /AllowedPattern: "(.*)"/.exec(line)?.[1] ?? []);
    const [each, more] = (pattern[0] as string).split(')(,(');
    expect(each?.slice(1).split('|').sort()).toEqual([...JOB_TYPE_NAMES].sort());
    expect(more).toBe(`${each?.slice(1)}))*`);
  });

  test('asks for each job type in a condition, and no name of a type is part of another', () => {
    const conditions = block('Conditions:').join('\n');
    expect(JOB_TYPE_NAMES.filter((name) => !conditions.includes(`!Split [${name},`))).toEqual([]);
    const parts = JOB_TYPE_NAMES.filter((name) =>
      JOB_TYPE_NAMES.some((other) => other !== name && other.includes(name)),
    );
    expect(parts).toEqual([]);
  });

  test('keeps an earlier version, and uses no YAML that CloudFormation does not read', () => {
    expect(block('TypeVersion:').join('\n')).toContain('UpdateReplacePolicy: Retain');
    expect(template).not.toMatch(/: [&*][A-Za-z]/);
  });
});
