import type { Document } from './script';

/** Every document with commands, and which of them do not run as they stand. */

const BY_OTHERS = 'a test of its own runs it';
const THIS = 'it runs this very test';
const LONG = 'it takes minutes, and no command after it needs what it does';
const DOCKER = 'it needs Docker, and make sam-local does it there';
const ORGANISATION = 'local AWS has no organisation';
const CDK = 'make cdk does it, and follows the rest of the page';
const RELEASE = 'the tests of a release do it';
const ACCOUNT = 'it needs an account';
const BROKEN_STACK = 'it is for a stack that has failed';

const TYPE = 'Acme::DataExchange::Job';
const LOCAL_AWS = [`server 'In another terminal' 'make local'`, 'eval "$(make -s local-env)"'];
const BUCKETS = [
  'for bucket in my-bucket my-other-bucket; do aws s3 mb s3://$bucket; done',
  'echo 1,2 | aws s3 cp - s3://my-bucket/readings/2026-10.csv',
];
const DATA_SET =
  'DATA_SET=$(aws dataexchange create-data-set --asset-type S3_SNAPSHOT --name a --description b --query Id --output text)';
/** Leaves a job, and with it the handlers' log. @param more of its properties, as JSON that begins with a comma */
function job(more = ''): string[] {
  return [
    DATA_SET,
    `echo '{"Type":"IMPORT_ASSET_FROM_SIGNED_URL","DataSetId":"'$DATA_SET'","UrlAssetName":"a","UrlAssetContent":"b"${more}}' >job.json`,
    `aws cloudcontrol create-resource --type-name ${TYPE} --desired-state file://job.json`,
    'requests() { aws cloudcontrol list-resource-requests --query "ResourceRequestStatusSummaries[0].$1" --output text; }',
    'until [ $(requests OperationStatus) = SUCCESS ]; do sleep 0.2; done',
  ];
}

export const DOCUMENTS: readonly Document[] = [
  {
    file: 'README.md',
    entries: [
      { command: 'make demo', skip: BY_OTHERS },
      { command: 'make test ', skip: THIS },
      { command: 'aws cloudformation deploy', skip: 'guide/first-publication.md has the same commands' },
    ],
  },
  {
    file: 'CONTRIBUTING.md',
    entries: [
      { command: 'npm test', skip: THIS },
      { command: 'make test ', skip: THIS },
      { command: 'make contract', skip: BY_OTHERS },
      { command: 'make cdk', skip: 'CI runs it' },
      { command: 'make sam-local', skip: DOCKER },
      { command: 'make compat', skip: BY_OTHERS },
      { command: 'make pictures', skip: LONG },
      { command: 'make bench', skip: LONG },
      { command: 'make soak', skip: LONG },
      { command: 'make mutants', skip: LONG },
      { command: 'npm run emulator', ready: 'listening on', replace: { 4570: '$PORT' } },
      { command: 'node --inspect-brk', replace: { '--inspect-brk ': '', 4570: '$PORT' } },
    ],
  },
  {
    file: 'emulator/README.md',
    before: ['tools/setup node local', 'PATH=$PWD/.venv/local/bin:$PATH'],
    entries: [
      { command: '/tmp/rehearsal', replace: { '/tmp/rehearsal': '~/rehearsal' } },
      { command: 'npx local-data-exchange', ready: 'listening on', replace: { 4570: '$PORT' } },
      { command: 'AWS_ENDPOINT_URL_DATAEXCHANGE=', replace: { 4570: '$PORT' } },
    ],
  },
  {
    file: 'cdk/README.md',
    entries: [
      { command: 'make cdk-package', skip: CDK },
      { command: 'npm install', skip: CDK },
      { command: 'pip install', skip: CDK },
      { command: 'cdk d', skip: CDK },
    ],
  },
  {
    file: 'contract/README.md',
    before: LOCAL_AWS,
    entries: [
      { command: 'make contract', skip: BY_OTHERS },
      { command: '--redshift-data-share-arn ARN', replace: { ' --redshift-data-share-arn ARN': '' } },
      { command: 'start-lambda', skip: DOCKER },
      { command: 'cfn test', skip: DOCKER },
    ],
  },
  {
    file: 'local/README.md',
    before: [...LOCAL_AWS, ...job(), 'ID=$(requests Identifier)'],
    entries: [
      { command: 'pip install ./local', skip: BY_OTHERS },
      { command: 'local-aws up', skip: BY_OTHERS },
      { command: '$(local-aws env)', skip: BY_OTHERS },
      { command: 'my-type.zip', skip: BY_OTHERS },
      { command: '--stack-name mine', skip: BY_OTHERS },
      { command: 'sam logs', replace: { ' --tail': '' } },
      { command: '--request-token', replace: { TOKEN: '$(requests RequestToken)' } },
      { command: '--identifier', replace: { 'identifier ID': 'identifier $ID' } },
    ],
  },
  {
    file: 'guide/acceptance.md',
    entries: [
      { command: 'export AWS_PROFILE', skip: ACCOUNT },
      { command: 'make acceptance ACCOUNT', skip: ACCOUNT },
      { command: 'acceptance-clean', skip: 'nothing was left, and test/acceptance leaves something' },
      { command: 'make local', ready: 'In another terminal' },
      { command: 'make acceptance YES=1', replace: { 'YES=1': 'YES=1 ONLY=badToken' } },
      {
        command: 'acceptance-apply',
        replace: { 'acceptance/results/2026-11-25-us-east-1.json': '"$(echo acceptance/results/*.json)"' },
      },
    ],
  },
  {
    file: 'guide/cycle.md',
    entries: [
      { command: 'revoke-revision', skip: BROKEN_STACK },
      { command: 'delete-stack', skip: BROKEN_STACK },
    ],
  },
  {
    file: 'guide/first-publication.md',
    before: [...LOCAL_AWS, ...BUCKETS, `sed -n '/^\`\`\`yaml/,/^\`\`\`$/p' README.md | grep -v '^\`\`\`' >weather.yml`],
  },
  {
    file: 'guide/install.md',
    before: [
      'tools/setup cfn',
      `make package TYPE_NAME=${TYPE}`,
      'PATH=$PWD/.venv/cfn/bin:$PATH',
      'cd build/acme-dataexchange-job',
    ],
    entries: [
      { command: 'sha256sum', skip: RELEASE },
      { command: 'retarget.cjs', skip: RELEASE },
    ],
  },
  {
    file: 'guide/register.md',
    before: [
      ...LOCAL_AWS,
      'cd build/acme-dataexchange-job',
      'aws s3 mb s3://packages',
      'aws s3 cp acme-dataexchange-job.zip s3://packages/one.zip',
    ],
    entries: [
      { command: 'cloudformation deploy', replace: { '=BUCKET': '=packages', '=KEY': '=one.zip' } },
      { command: '# then that', skip: 'the type must stay for the stack above' },
      { command: 'stack-set', skip: ORGANISATION },
    ],
  },
  {
    file: 'guide/rehearse.md',
    entries: [{ command: 'make local', ready: 'In another terminal' }],
  },
  {
    file: 'guide/sam-local.md',
    entries: [
      { command: 'HOST=', skip: DOCKER },
      { command: 'make local ARGS', ready: 'In another terminal', replace: { ' ARGS="--host $HOST"': '' } },
      { command: 'sam local', skip: DOCKER },
      { command: 'answer.json', skip: DOCKER },
      { command: '$CFN', skip: DOCKER },
    ],
  },
  {
    file: 'guide/subscribers.md',
    before: [
      ...LOCAL_AWS,
      ...BUCKETS,
      ...job(',"StartOnCreation":true,"FinalizeRevision":true'),
      'entitled() { curl -s -X POST $AWS_ENDPOINT_URL_DATAEXCHANGE/_emulator/data-sets/$DATA_SET/entitle; }',
      `DATA_SET=$(entitled | python3 -c 'import json, sys; print(json.load(sys.stdin)["Id"])')`,
      'REVISION=$(aws dataexchange list-data-set-revisions --data-set-id $DATA_SET --query "Revisions[0].Id" --output text)',
      'BUCKET=my-other-bucket',
    ],
  },
  { file: 'guide/terraform.md', before: [...LOCAL_AWS, ...BUCKETS, DATA_SET] },
  {
    file: 'guide/troubleshoot.md',
    entries: [
      { command: 'continue-update-rollback', skip: BROKEN_STACK },
      { command: '--stack-name weather --template-file', skip: BROKEN_STACK },
      { command: '--stack-name imported', skip: 'it needs a job that exists already, and a template for it' },
    ],
  },
  {
    file: 'guide/watch.md',
    before: [...LOCAL_AWS, ...job(), 'cd build/acme-dataexchange-job'],
    entries: [
      { command: 'aws logs tail', skip: 'it is for the AWS CLI 2' },
      { command: 'watch.yml', skip: 'local AWS has no alarm on several metrics' },
      { command: 'sam logs', replace: { ' --tail': '' } },
    ],
  },
];
