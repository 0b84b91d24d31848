import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { nameProblem } from '../../tools/package/type-name';
import { CfnJob, ExportAssetToSignedUrl, Publication } from '../src';
import { DATA_SET_ID, REVISION_ID, resourcesOf } from './support';

const CONTEXT = 'cdk-dataexchange-job:typeName';
const JOB = { type: 'EXPORT_ASSET_TO_SIGNED_URL', dataSetId: DATA_SET_ID };

function typesOf(stack: Stack): string[] {
  return [...new Set(Object.values(resourcesOf(stack)).map(({ Type }) => Type))];
}

test('a property goes before the context of the stack, and that before the context of the app', () => {
  const app = new App({ context: { [CONTEXT]: 'Acme::DataExchange::Job' } });
  const [byApp, byStack] = [new Stack(app, 'App'), new Stack(app, 'Stack')];
  byStack.node.setContext(CONTEXT, 'Emca::DataExchange::Job');
  new CfnJob(byApp, 'Job', JOB);
  new CfnJob(byStack, 'Job', JOB);
  new CfnJob(byStack, 'Other', { ...JOB, typeName: 'Mace::DataExchange::Job' });
  expect([typesOf(byApp), typesOf(byStack)]).toEqual([
    ['Acme::DataExchange::Job'],
    ['Emca::DataExchange::Job', 'Mace::DataExchange::Job'],
  ]);
});

test('the property of a construct reaches all its jobs', () => {
  const stack = new Stack(new App(), 'Stack');
  const typeName = 'Mace::DataExchange::Job';
  const files = ['a', 'b', 'c'].map((name) => ({ name, content: name }));
  new Publication(stack, 'Publication', { dataSetId: DATA_SET_ID, files, typeName }).exportTo({ bucketName: 'copies' });
  new ExportAssetToSignedUrl(stack, 'Link', {
    dataSetId: DATA_SET_ID,
    revisionId: REVISION_ID,
    assetId: 'a',
    typeName,
  });
  expect(typesOf(stack)).toEqual([typeName]);
});

test('without a name, the error says how to set it', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(() => new CfnJob(stack, 'Job', JOB)).toThrow(
    /^Stack: the name of the resource type is not known\. Say .*"cdk-dataexchange-job:typeName".* cdk\.json, or the property typeName/,
  );
});

test('the placeholder of this repository is refused, with the way to set another', () => {
  const stack = new Stack(new App({ context: { [CONTEXT]: 'AWS::DataExchange::Job' } }), 'Stack');
  expect(() => new CfnJob(stack, 'Job', JOB)).toThrow(/cannot be registered as AWS::DataExchange::Job: .* cdk\.json/);
});

test('a name that only CloudFormation knows is refused', () => {
  const stack = new Stack(new App(), 'Stack');
  const typeName = new CfnParameter(stack, 'TypeName').valueAsString;
  expect(() => new CfnJob(stack, 'Job', { ...JOB, typeName })).toThrow(/must be a text that is known at synthesis/);
});

test.each([
  'Acme::DataExchange::Job',
  'awsome::DataExchange::Job',
  'aws::DataExchange::Job',
  'aMzN::DataExchange::Job',
  'Amazon::DataExchange::Job',
  'alexa::DataExchange::Job',
  'ask::DataExchange::Job',
  'Custom::DataExchange::Job',
  'DEV::DataExchange::Job',
  'Acme::Job',
  'A::DataExchange::Job',
  'Acme::Data-Exchange::Job',
  'Acme::DataExchange::Job::MODULE',
  '',
])('%j is judged as make package judges it', (typeName) => {
  const make = () => new CfnJob(new Stack(new App(), 'Stack'), 'Job', { ...JOB, typeName });
  if (nameProblem(typeName, '') === undefined) {
    expect(make).not.toThrow();
  } else {
    expect(make).toThrow();
  }
});
