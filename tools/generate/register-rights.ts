import { Document, parseDocument } from 'yaml';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobTypeName } from '../../src/job/job-types';
import { type Place, RIGHT_NAMES, RIGHTS, type RightName, typesThatNeed } from '../../src/job/rights';

/** How a policy names a place of a right. */
interface Target {
  readonly resource: unknown;
  readonly condition?: object;
  /** The parameter that names the place. Where it is left empty, there is no statement. */
  readonly parameter?: string;
}

type Parameters = Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;

/** The service calls S3 with the rights of whoever started the job (User Guide, "Identity and access management"). */
const CALLED_VIA = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'dataexchange.amazonaws.com' } };

export const TARGETS: Readonly<Record<Place, Target>> = {
  anything: { resource: '*' },
  jobsOfTheTypes: { resource: '*', condition: { StringEquals: { 'dataexchange:JobType': ref('JobTypes') } } },
  dataSetsOfTheAccount: { resource: sub('arn:${AWS::Partition}:dataexchange:*:${AWS::AccountId}:data-sets/*') },
  bucketsOfTheService: { resource: sub('arn:${AWS::Partition}:s3:::*aws-data-exchange*'), condition: CALLED_VIA },
  sourceBuckets: { resource: ref('SourceBucketArns'), condition: CALLED_VIA, parameter: 'SourceBucketArns' },
  sourceObjects: { resource: objectsIn('SourceBucketArns'), condition: CALLED_VIA, parameter: 'SourceBucketArns' },
  targetBuckets: { resource: ref('TargetBucketArns'), condition: CALLED_VIA, parameter: 'TargetBucketArns' },
  targetObjects: { resource: objectsIn('TargetBucketArns'), condition: CALLED_VIA, parameter: 'TargetBucketArns' },
  keys: { resource: ref('KmsKeyArns'), parameter: 'KmsKeyArns' },
  datashares: { resource: '*', condition: { StringEqualsIgnoreCase: { 'redshift:ConsumerIdentifier': 'ADX' } } },
  apis: { resource: sub('arn:${AWS::Partition}:apigateway:*::/restapis*') },
  lakeFormationRole: {
    resource: ref('LakeFormationRoleArn'),
    condition: { StringEquals: { 'iam:PassedToService': 'dataexchange.amazonaws.com' } },
    parameter: 'LakeFormationRoleArn',
  },
};

/** Parameters that must not be empty where a chosen job type has rights on what they name: rule → parameter, reason. */
const RULES: Readonly<Record<string, readonly [parameter: string, reason: string]>> = {
  SourcesAreNamed: ['SourceBucketArns', 'A type in JobTypes reads buckets. Name them in SourceBucketArns.'],
  TargetsAreNamed: ['TargetBucketArns', 'A type in JobTypes writes to buckets. Name them in TargetBucketArns.'],
  LakeFormationRoleIsNamed: [
    'LakeFormationRoleArn',
    'A Lake Formation import passes a role. Name it in LakeFormationRoleArn.',
  ],
};

/** A name and its definition. */
type Entry = readonly [name: string, definition: unknown];

/** CloudFormation reads no aliases in YAML. */
const NO_ALIASES = { aliasDuplicateObjects: false };

/**
 * register.yml with what follows from the rights: the pattern of JobTypes, the statements of the execution role, and
 * the rules and conditions that these need. All else stays, comments included. cfn-lint finds a condition that is no
 * longer needed.
 */
export function withRights(text: string): string {
  const template = parseDocument(text, { logLevel: 'silent' });
  const parameters: Parameters = template.toJS().Parameters;
  template.setIn(['Parameters', 'JobTypes', 'AllowedPattern'], jobTypesPattern());
  for (const [name, rule] of rules(parameters)) {
    template.setIn(['Rules', name], template.createNode(rule, NO_ALIASES));
  }
  for (const [name, condition] of conditions(parameters)) {
    template.setIn(['Conditions', name], template.createNode(condition, NO_ALIASES));
  }
  template.setIn(
    ['Resources', 'ExecutionRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement'],
    template.createNode(RIGHT_NAMES.map(statement), NO_ALIASES),
  );
  return template.toString({ lineWidth: 120, flowCollectionPadding: false });
}

/** @returns what CloudFormation matches with each value of the list, and other engines with the whole list */
function jobTypesPattern(): string {
  const one = `(${JOB_TYPE_NAMES.join('|')})`;
  return `(${one}(,${one})*)?`;
}

/** Rules stop a deployment before it begins. They know `Fn::Contains`, which conditions do not. */
function rules(parameters: Parameters): readonly Entry[] {
  return Object.entries(RULES).map(([rule, [parameter, reason]]) => {
    const rights = RIGHT_NAMES.filter((right) => TARGETS[RIGHTS[right].on].parameter === parameter);
    const types = JOB_TYPE_NAMES.filter((type) => rights.some((right) => typesThatNeed(right).includes(type)));
    const chosen = types.map((type) => ({ 'Fn::Contains': [ref('JobTypes'), type] }));
    const empty = isList(parameters, parameter)
      ? { 'Fn::Contains': [ref(parameter), ''] }
      : fn('Equals', [ref(parameter), '']);
    const assertion = { Assert: fn('Not', [empty]), AssertDescription: reason };
    return [rule, { RuleCondition: combined('Or', chosen), Assertions: [assertion] }];
  });
}

/** One for each job type, one for each parameter that names a place, and one for each right that needs several. */
function conditions(parameters: Parameters): readonly Entry[] {
  const ofTypes = JOB_TYPE_NAMES.map((type): Entry => [JOB_TYPES[type].details, isChosen(type)]);
  const places = new Set(Object.values(TARGETS).flatMap(({ parameter }) => parameter ?? []));
  const ofPlaces = [...places].map((name): Entry => {
    const value = isList(parameters, name) ? fn('Join', ['', ref(name)]) : ref(name);
    return [given(name), fn('Not', [fn('Equals', [value, ''])])];
  });
  const ofRights = RIGHT_NAMES.flatMap((right): Entry[] => {
    const { name, definition } = guard(right);
    return name === undefined || definition === undefined ? [] : [[name, definition]];
  });
  return [...ofTypes, ...ofPlaces, ...ofRights];
}

/** Without `Fn::Contains`: a list joined, and split at a value, is the same only if the value is not in it. */
function isChosen(type: JobTypeName) {
  const chosen = fn('Join', [',', ref('JobTypes')]);
  return fn('Not', [fn('Equals', [chosen, fn('Join', ['', fn('Split', [type, chosen])])])]);
}

/** The condition under which a right is granted, and its definition where it is one of the right's own. */
function guard(right: RightName): { readonly name?: string; readonly definition?: unknown } {
  const types = typesThatNeed(right);
  const { parameter } = TARGETS[RIGHTS[right].on];
  // A right needs one condition of each group.
  const groups = [
    ...(types.length === JOB_TYPE_NAMES.length ? [] : [types.map((type) => JOB_TYPES[type].details)]),
    ...(parameter === undefined ? [] : [[given(parameter)]]),
  ];
  const names = groups.flat();
  if (names.length < 2) {
    return { name: names[0] };
  }
  const required = groups.map((group) => {
    const conditions = group.map((name) => ({ Condition: name }));
    return combined('Or', conditions);
  });
  return { name: right, definition: combined('And', required) };
}

function statement(right: RightName): unknown {
  const { on, actions } = RIGHTS[right];
  const { resource, condition } = TARGETS[on];
  const granted = {
    Sid: right,
    Effect: 'Allow',
    Action: Object.keys(actions),
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  const { name } = guard(right);
  return name === undefined ? granted : { 'Fn::If': [name, granted, ref('AWS::NoValue')] };
}

function given(parameter: string): string {
  return `${parameter}Given`;
}

function isList(parameters: Parameters, name: string): boolean {
  return parameters[name]?.Type === 'CommaDelimitedList';
}

/** `Fn::And` and `Fn::Or` take no fewer than two operands. */
function combined(name: 'And' | 'Or', operands: readonly unknown[]): unknown {
  return operands.length === 1 ? operands[0] : fn(name, operands);
}

/** A function of CloudFormation in its short form: `!Equals [a, b]`. */
function fn(name: string, argument: unknown) {
  const node = new Document().createNode(argument, { flow: true });
  node.tag = `!${name}`;
  return node;
}

function ref(name: string) {
  return fn('Ref', name);
}

function sub(text: string) {
  return fn('Sub', text);
}

/** The ARNs of all objects in buckets that a parameter lists. */
function objectsIn(buckets: string) {
  return fn('Split', [',', fn('Sub', ['${All}/*', { All: fn('Join', ['/*,', ref(buckets)]) }])]);
}
