import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { shorten } from '../errors';
import type { Shape } from './shapes';

// removeAdditional drops what a shape does not describe. ownProperties: "constructor" is not found on Object.prototype.
const ajv = new Ajv({ allErrors: true, removeAdditional: true, ownProperties: true, strict: false, verbose: true });

const compiled = new WeakMap<Shape, ValidateFunction>();

/** Members whose value is never repeated in a message. */
const SECRET_MEMBERS = new Set(['ApiKey']);

/**
 * Checks a value against a shape, and drops from it the members that the shape does not describe.
 * @returns problems as phrases that name the member, what was given and what is allowed; empty if there are none
 */
export function checkShape(value: unknown, shape: Shape): string[] {
  let validate = compiled.get(shape);
  if (!validate) {
    validate = ajv.compile(shape);
    compiled.set(shape, validate);
  }
  return validate(value) ? [] : (validate.errors ?? []).map(describe);
}

/** The path of a member: `/Details/AssetSources/0/Key` is `Details.AssetSources[0].Key`. */
export function memberName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

function describe({ keyword, instancePath, params, data, message }: ErrorObject): string {
  const member = memberName(instancePath);
  switch (keyword) {
    case 'required':
      return `${member ? `${member}.` : ''}${params.missingProperty} is required`;
    case 'type': {
      const wanted = params.type === 'array' ? 'a list' : `of type ${params.type}`;
      return `${member || 'The request'} must be ${wanted}${given(member, data)}`;
    }
    case 'enum':
      return `${member} must be one of ${(params.allowedValues as unknown[]).join(', ')}${given(member, data)}`;
    case 'pattern':
      return `${member} must match ${params.pattern}${given(member, data)}`;
    case 'minLength':
      return `${member} must have at least ${params.limit} characters${given(member, data)}`;
    case 'maxLength':
      return `${member} must have at most ${params.limit} characters${given(member, data)}`;
    case 'minItems':
      return `${member} must have at least ${params.limit} entries, given ${(data as unknown[]).length}`;
    case 'maxItems':
      return `${member} must have at most ${params.limit} entries, given ${(data as unknown[]).length}`;
    case 'minimum':
      return `${member} must be at least ${params.limit}${given(member, data)}`;
    case 'maximum':
      return `${member} must be at most ${params.limit}${given(member, data)}`;
    default:
      return `${member || 'The request'} ${message ?? 'is not valid'}`;
  }
}

function given(member: string, value: unknown): string {
  if (SECRET_MEMBERS.has(member.split('.').at(-1) ?? '')) {
    return '';
  }
  if (typeof value === 'string') {
    return `, given "${shorten(value)}"`;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? `, given ${value}` : '';
}
