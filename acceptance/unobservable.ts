/** A line of a README that lists guesses, and the probes that look at it, or why no caller can see whether it holds. */
export interface GuessOfReadme {
  /** How the line begins. */
  readonly line: string;
  readonly probes?: readonly string[];
  readonly why?: string;
}

/** "And without a switch" of `emulator/README.md`. */
export const WITHOUT_SWITCH: readonly GuessOfReadme[] = [
  { line: 'The texts of messages', why: 'the evidence of every row holds the text that was given' },
  {
    line: 'Requests must carry a Signature',
    probes: ['wrongSignature', 'unsignedRequests'],
    why: 'nobody can be refused a right by a command that changes no rights; a right that is missing is named',
  },
  { line: 'A method and path', probes: ['unknownRoute', 'malformedEventActionId', 'malformedId'] },
  {
    line: 'What is absent',
    probes: ['unknownDataGrant', 'notificationWithoutProduct'],
    why: 'a data grant or a notification would reach another account',
  },
  { line: 'A body that is not JSON', probes: ['bodyNotJson', 'bodyTooLarge'] },
  { line: 'Unknown members', probes: ['unknownMembers', 'everyProblem'] },
  {
    line: 'A second StartJob',
    probes: ['secondStart', 'statesOfJob'],
    why: 'when the work of a job is done, and in which order, shows only in its end',
  },
  { line: 'Keys:', probes: ['specialKeys', 'jobErrorCodes'] },
  { line: 'Exports make sure', probes: ['exportsCheckFirst', 'encryptionEcho'] },
  {
    line: 'Redshift, Lake Formation',
    probes: ['s3DataAccessOfMissingBucket'],
    why: 'a datashare, an API and a role that do not exist would have to be named, and each is the account’s to give',
  },
  {
    line: 'An upload needs a Content-Length',
    probes: ['uploadWithoutLength', 'uploadWithWrongMd5', 'signedUrlSeconds', 'downloadUrlBegins'],
  },
  { line: '`CatalogId` is twelve digits', probes: ['catalogId'] },
  { line: 'Tags: at most 50', probes: ['tooManyTags', 'reservedTag'] },
  {
    line: 'DeleteDataSet removes',
    probes: ['deleteDataSetWithRevisions'],
    why: 'a published revision needs a product, and this command publishes nothing',
  },
  {
    line: 'ListDataSets without',
    probes: ['limits'],
    why: 'the list of all data sets would read what the run did not make',
  },
  { line: 'A data set that is part of a product', why: 'this command publishes nothing' },
  {
    line: 'CreateEventAction is 400',
    probes: ['eventActionOfOwned'],
    why: 'a bucket that refuses, and auto-export, need a data set that the account subscribes to',
  },
  { line: 'Publishing finalizes', probes: ['tagsOfFinalizedRevision'], why: 'this command publishes nothing' },
];
