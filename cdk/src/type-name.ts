import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

/** The key of the context in which an app or a stack says under which name the type is registered. */
export const TYPE_NAME_CONTEXT = 'cdk-dataexchange-job:typeName';

/** First segments that the registry refuses, in any case (API RegisterType). */
const RESERVED = ['alexa', 'amzn', 'amazon', 'ask', 'aws', 'custom', 'dev'];

const HOW_TO_SET =
  `Say under which name you registered it: "context": { "${TYPE_NAME_CONTEXT}": "Acme::DataExchange::Job" } in cdk.json, ` +
  'or the property typeName. A package made by `make cdk-package TYPE_NAME=…` knows it by itself';

/**
 * The name of the type for a construct: its own property, else the nearest context, else what `make
 * cdk-package` has written beside this library.
 *
 * @throws Error if there is no name, or nobody could have registered it
 */
export function registeredTypeName(scope: Construct, given: string | undefined): string {
  const name: unknown = given ?? scope.node.tryGetContext(TYPE_NAME_CONTEXT) ?? packagedTypeName();
  if (name === undefined) {
    throw refuse(scope, `the name of the resource type is not known. ${HOW_TO_SET}`);
  }
  if (typeof name !== 'string' || Token.isUnresolved(name)) {
    throw refuse(scope, `the name of the resource type must be a text that is known at synthesis. ${HOW_TO_SET}`);
  }
  if (!/^[a-zA-Z0-9]{2,64}(::[a-zA-Z0-9]{2,64}){2}$/.test(name) || name.length > 204) {
    throw refuse(scope, `"${name}" is no name for a type: it needs three parts, Organisation::Service::Resource`);
  }
  const [organisation = ''] = name.split('::');
  if (RESERVED.includes(organisation.toLowerCase())) {
    throw refuse(
      scope,
      `the type cannot be registered as ${name}: the registry reserves names that begin with ${organisation}. ${HOW_TO_SET}`,
    );
  }
  return name;
}

/** The name in this repository is a placeholder, which `make cdk-package` replaces; as it is, it counts as none. */
export function packagedTypeName(): string | undefined {
  const { typeName } = JSON.parse(readFileSync(join(__dirname, '..', 'type-name.json'), 'utf8')) as {
    typeName: string;
  };
  return typeName.startsWith('AWS::') ? undefined : typeName;
}
