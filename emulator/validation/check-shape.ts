import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import type { Shape } from './shapes';

// removeAdditional drops what a shape does not know; ownProperties keeps names like "constructor" from being found on Object.prototype.
const ajv = new Ajv({ allErrors: true, removeAdditional: true, ownProperties: true, strict: false, verbose: true });

const compiled = new WeakMap<Shape, ValidateFunction>();

/** Members whose value is never repeated in a message. */
const SECRET_MEMBERS = new Set(['ApiKey']);

/**
 * Checks a value against a shape and drops the members that the shape does not know (in place).
 * @returns every problem as a phrase that names the member, what was given and what is allowed; empty if there is none
 */
export function checkShape(value: unknown, shape: Shape): string[] {
  let validate = compiled.get(shape);
  if (!validate) {
    validate = ajv.compile(shape);
    compiled.set(shape, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(describe);
}

function describe(error: ErrorObject): string {
  const member = memberName(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return `${member ? `${member}.` : ''}${params.missingProperty} is required`;
    case 'type':
      return `${member || 'The request'} must be ${params.type === 'array' ? 'a list' : `of type ${params.type}`}${given(member, error.data)}`;
    case 'enum':
      return `${member} must be one of ${(params.allowedValues as unknown[]).join(', ')}${given(member, error.data)}`;
    case 'pattern':
      return `${member} must match ${params.pattern}${given(member, error.data)}`;
    case 'minLength':
    case 'maxLength':
      return `${member} must have at ${error.keyword === 'minLength' ? 'least' : 'most'} ${params.limit} characters${given(member, error.data)}`;
    case 'minItems':
    case 'maxItems':
      return `${member} must have at ${error.keyword === 'minItems' ? 'least' : 'most'} ${params.limit} entries, given ${(error.data as unknown[]).length}`;
    case 'minimum':
    case 'maximum':
      return `${member} must be at ${error.keyword === 'minimum' ? 'least' : 'most'} ${params.limit}${given(member, error.data)}`;
    default:
      return `${member || 'The request'} ${error.message ?? 'is not valid'}`;
  }
}

/** `/Details/AssetSources/0/Key` → `Details.AssetSources[0].Key` */
function memberName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part), '');
}

function given(member: string, value: unknown): string {
  if (SECRET_MEMBERS.has(member.split('.').at(-1) ?? '')) return '';
  if (typeof value === 'string') return `, given "${value.length > 100 ? `${value.slice(0, 100)}…` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return `, given ${value}`;
  return '';
}
