import { SCHEMA_FILE } from '../support/paths';

/** The type's name in this repository. Only AWS can register it, so packaging gives the type another name. */
export const CANONICAL = 'AWS::DataExchange::Job';

/** First segments that the registry refuses, in any case (API RegisterType; user guide, resource type schema). */
const RESERVED = ['Alexa', 'AMZN', 'Amazon', 'ASK', 'AWS', 'Custom', 'Dev'];
const LONGEST_NAME = 204;

/**
 * Why a type cannot be registered under a name; undefined if it can.
 *
 * @param command what a person types before the name
 */
export function nameProblem(typeName: string, command: string): string | undefined {
  if (typeName === '') {
    return `the name is missing: ${command}Acme::DataExchange::Job (with your organisation for Acme)`;
  }
  const segments = typeName.split('::');
  if (segments.length !== 3) {
    return `${typeName} is no name for a type: it needs three parts, Organisation::Service::Resource`;
  }
  const bad = segments.find((segment) => !/^[a-zA-Z0-9]{2,64}$/.test(segment));
  if (bad !== undefined) {
    return `${typeName} is no name for a type: "${bad}" must be 2 to 64 letters and digits`;
  }
  const reserved = RESERVED.find((name) => name.toLowerCase() === segments[0]?.toLowerCase());
  if (reserved !== undefined) {
    const others = RESERVED.filter((name) => name !== reserved).join(', ');
    return `${typeName} cannot be registered: the registry reserves names that begin with ${reserved} (also ${others})`;
  }
  return typeName.length > LONGEST_NAME ? `${typeName} is longer than ${LONGEST_NAME} characters` : undefined;
}

/** The ways in which a name is written: in templates, in ARNs and role conditions, in namespaces of metrics, in file names. */
export function spellings(typeName: string): {
  readonly typeName: string;
  readonly hyphenated: string;
  readonly slashed: string;
  readonly slug: string;
} {
  const hyphenated = typeName.replaceAll('::', '-');
  const slashed = typeName.replaceAll('::', '/');
  return { typeName, hyphenated, slashed, slug: hyphenated.toLowerCase() };
}

/** A text of this repository with another name in place of its own. */
export function retarget(text: string, typeName: string): string {
  const from = spellings(CANONICAL);
  const to = spellings(typeName);
  return text
    .replaceAll(SCHEMA_FILE, `${to.slug}.json`)
    .replaceAll(from.typeName, to.typeName)
    .replaceAll(from.hyphenated, to.hyphenated)
    .replaceAll(from.slashed, to.slashed)
    .replaceAll(from.slug, to.slug);
}
