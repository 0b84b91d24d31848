/** The words of the command line: `make acceptance ACCOUNT=… REGION=…` hands on each as `NAME=value`. */
export const OPTIONS = {
  ACCOUNT: 'the twelve digits of the account; the caller must belong to it',
  REGION: 'the Region',
  ONLY: 'words, separated by commas: only probes whose names contain one of them',
  KEEP: '1 leaves everything that was made; remove it with make acceptance-clean',
  YES: '1 does not ask',
  QUOTAS: '1 also tries the quotas: up to 11 jobs of a type at once, 21 revisions, 100 small objects',
  OUT: 'the file of the result, instead of acceptance/results/DATE-REGION.json',
  RUN: 'the run id whose leavings acceptance-clean removes',
  RESULT: 'the file whose verdicts acceptance-apply takes over',
  REDSHIFT_DATA_SHARE_ARN: 'a datashare of the account, for the probes of Redshift',
  API_ID: 'an API of API Gateway, for the probes of API Gateway',
  API_STAGE: 'its stage',
  LAKE_FORMATION_ROLE_ARN: 'a role that Data Exchange may take, for the probes of Lake Formation',
  PUBLISHED_DATA_SET_ID:
    'a data set of a product or a data grant: a revision is published in it for a minute, and revoked',
  ENTITLED_DATA_SET_ID: 'a data set that the account subscribes to, for the probes of entitled data sets',
} as const;

export type Option = keyof typeof OPTIONS;

/** @throws Error that names every word that is no option */
export function readOptions(words: readonly string[]): Partial<Record<Option, string>> {
  const options: Partial<Record<Option, string>> = {};
  const wrong: string[] = [];
  for (const word of words) {
    const [name = '', ...value] = word.split('=');
    if (name in OPTIONS && value.length > 0) {
      options[name as Option] = value.join('=');
    } else {
      wrong.push(word);
    }
  }
  if (wrong.length > 0) {
    throw new Error(`unknown: ${wrong.join(', ')}. There are ${Object.keys(OPTIONS).join(', ')}, each as NAME=value`);
  }
  return options;
}
