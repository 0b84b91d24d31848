import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Properties } from '../../src/job/properties';

export const TYPE_NAME = 'Acme::DataExchange::Job';
export const DATA_SET_ID = '4fa6a2b7c8d94e5f8a1b2c3d4e5f6a7b';
export const REVISION_ID = '0d1c2b3a49586776a5b4c3d2e1f00918';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A stack in an app that knows the type's name. */
export function someStack(id = 'Weather'): Stack {
  return new Stack(new App({ context: { 'cdk-dataexchange-job:typeName': TYPE_NAME } }), id);
}

/** The resources of a stack, by logical id. */
export function resourcesOf(stack: Stack): Readonly<Record<string, Resource>> {
  return Template.fromStack(stack).toJSON().Resources;
}

/** The jobs of a stack, in the order of the template. */
export function jobsOf(stack: Stack): Resource[] {
  return Object.values(resourcesOf(stack)).filter(({ Type }) => Type === TYPE_NAME);
}
