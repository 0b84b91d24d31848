import { SCHEMA_FILE } from '../support/paths';

/** The name that the repository itself bears. Nobody but AWS can register it: packaging gives the type another. */
export const CANONICAL = 'AWS::DataExchange::Job';

/** First segments that the registry refuses, in any case (API RegisterType; user guide, resource type schema). */
const RESERVED = ['Alexa', 'AMZN', 'Amazon', 'ASK', 'AWS', 'Custom', 'Dev'];
const LONGEST_NAME = 204;

/** Why the registry would refuse a name; undefined if it would not. */
export function refusal(typeName: string): string | undefined {
  if (typeName === '') {
    return 'say under which name: make package TYPE_NAME=Acme::DataExchange::Job (Acme stands for your organisation)';
  }
  const segments = typeName.split('::');
  if (segments.length !== 3) {
    return `${typeName} is no name for a type: it needs three parts, Organisation::Service::Resource`;
  }
  for (const segment of segments) {
    if (!/^[a-zA-Z0-9]{2,64}$/.test(segment)) {
      return `${typeName} is no name for a type: "${segment}" must be 2 to 64 letters and digits`;
    }
  }
  const reserved = RESERVED.find((name) => name.toLowerCase() === segments[0]?.toLowerCase());
  if (reserved !== undefined) {
    return `${typeName} cannot be registered: the registry reserves names that begin with ${reserved} (also ${RESERVED.filter((name) => name !== reserved).join(', ')})`;
  }
  return typeName.length > LONGEST_NAME ? `${typeName} is longer than ${LONGEST_NAME} characters` : undefined;
}

/** The ways in which a name is written: in templates, in ARNs and role conditions, in file names. */
export function spellings(typeName: string): { typeName: string; hyphenated: string; slug: string } {
  const hyphenated = typeName.replaceAll('::', '-');
  return { typeName, hyphenated, slug: hyphenated.toLowerCase() };
}

/** A text of this repository as it reads under another name. */
export function retarget(text: string, typeName: string): string {
  const from = spellings(CANONICAL);
  const to = spellings(typeName);
  return text
    .replaceAll(SCHEMA_FILE, `${to.slug}.json`)
    .replaceAll(from.typeName, to.typeName)
    .replaceAll(from.hyphenated, to.hyphenated)
    .replaceAll(from.slug, to.slug);
}
