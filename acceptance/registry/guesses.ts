import type { GuessOfReadme } from '../unobservable';

/** "What is our guess" of local AWS's README. */
export const GUESSES_OF_LOCAL_AWS: readonly GuessOfReadme[] = [
  {
    line: 'Retriable codes:',
    probes: ['Throttling', 'ServiceInternalError', 'NetworkFailure', 'ResourceConflict'].flatMap((code) => [
      `registry.retriesOf${code}`,
      `registry.pausesAfter${code}`,
      `registry.retryAfter${code}`,
    ]),
  },
  { line: 'The late answer of a call', probes: ['registry.lateAnswer', 'registry.silentCalls'] },
  {
    line: 'A crash or an answer that is no JSON',
    probes: ['registry.crash', 'registry.thrownError', 'registry.answerThatIsNoEvent'],
    why: 'whatever a handler in Node answers is JSON: the probe answers with a text in place of an object',
  },
  { line: 'CloudFormation may send every scalar as a string', probes: ['registry.scalars'] },
  {
    line: 'Cloud Control: a request that repeats',
    probes: ['registry.repeatedClientToken', 'registry.clientTokenOfAnother', 'registry.cancelOfEnded'],
  },
  {
    line: '`NotUpdatable` in a rollback',
    probes: ['registry.notUpdatableInRollback', 'registry.notFoundOnDelete'],
  },
  {
    line: 'How several problems of one model',
    why: 'only the words of a message differ, and the evidence of every row holds the text that was given',
  },
  {
    line: 'Registration is done',
    probes: ['registry.registration', 'registry.contractTests', 'registry.firstVersion'],
  },
];
