import { createHash } from 'node:crypto';
import { type IResolvable, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

/** Triggers takes 20 entries. The first one is a hash. */
const MOST_VALUES = 19;

/**
 * Triggers that change whenever any of the contents does. What is known at synthesis is hashed; each value that only
 * CloudFormation knows (a token) becomes an entry of its own, because it has no function that hashes.
 *
 * @param own what the job with these Triggers holds itself in properties whose change replaces it: its tokens need no
 *   entries
 * @param others everything else
 * @throws Error if the tokens are more than Triggers can hold
 */
export function contentTriggers(scope: Construct, own: unknown, others: unknown): string[] {
  const values = new DeployedValues(scope);
  const marked = [values.marked(own)];
  const free = values.texts.length;
  marked.push(values.marked(others));
  const digest = createHash('sha256').update(JSON.stringify(marked)).digest('hex');
  const needed = values.texts.slice(free);
  if (needed.length > MOST_VALUES) {
    throw refuse(
      scope,
      `it holds ${needed.length} different values that are known only at deployment (tokens), beside those of its first ` +
        `job; Triggers has room for ${MOST_VALUES}. Write some of them as fixed texts, or make several publications`,
    );
  }
  // A value may be empty, an entry may not.
  return [digest, ...needed.map((text) => `=${text}`)];
}

/**
 * Entries in an order that depends on what they are and not on how they were listed, those first that bring a token
 * which none before has: so as many tokens as possible are in the first job.
 */
export function tokensFirst<T>(scope: Construct, entries: readonly T[]): T[] {
  const spelt = entries.map((entry) => ({ entry, text: JSON.stringify(Stack.of(scope).resolve(entry)) }));
  spelt.sort((one, other) => (one.text < other.text ? -1 : 1));
  const values = new DeployedValues(scope);
  const bringing: T[] = [];
  const rest: T[] = [];
  for (const { entry } of spelt) {
    const known = values.texts.length;
    values.marked(entry);
    (values.texts.length > known ? bringing : rest).push(entry);
  }
  return [...bringing, ...rest];
}

/** Whether a text holds values that only CloudFormation knows, also numbers, of which Token.isUnresolved says nothing. */
export function hasTokens(text: string): boolean {
  return Tokenization.reverseString(text).tokens.length > 0;
}

/** Numbers the tokens of texts in the order in which they appear. */
class DeployedValues {
  /** Each token as a text, by its number. */
  readonly texts: string[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly scope: Construct) {}

  /** A value with a list of parts in place of each text that holds tokens: texts, and numbers of tokens. */
  marked(value: unknown): unknown {
    if (typeof value === 'string') {
      return hasTokens(value) ? this.parts(value) : value;
    }
    if (Array.isArray(value)) {
      return value.map((entry) => this.marked(entry));
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.marked(member)]))
      : value;
  }

  private parts(text: string): unknown {
    const mapped = Tokenization.reverseString(text).mapTokens({ mapToken: (token) => this.part(token) as IResolvable });
    return mapped.join({ join: (left, right) => [left, right].flat() });
  }

  private part(token: IResolvable): unknown {
    const resolved = Stack.of(this.scope).resolve(token);
    if (typeof resolved !== 'object') {
      return String(resolved);
    }
    // Two stacks may have resources with the same logical id.
    const identity = Reference.isReference(token)
      ? `${token.target.node.path} ${token.displayName}`
      : JSON.stringify(resolved);
    const number = this.numbers.get(identity) ?? this.texts.push(Token.asString(token)) - 1;
    this.numbers.set(identity, number);
    return { number };
  }
}
