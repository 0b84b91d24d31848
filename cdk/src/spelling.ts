import { Token } from 'aws-cdk-lib';

/** Properties, and those of the objects in them, under the names that CloudFormation has for them: `DataSetId`. */
export function inCloudFormationsSpelling(properties: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      spelt(value),
    ]),
  );
}

function spelt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) {
    return value;
  }
  return Array.isArray(value) ? value.map(spelt) : inCloudFormationsSpelling(value);
}
