import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDataSet } from 'aws-cdk-lib/aws-dataexchange';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ExportAssetToSignedUrl, JobType, Publication, Registration } from 'cdk-dataexchange-job';

/** The app that deploy.test.ts deploys. Its context: `count` of objects, text of the `note`, what `imported` refers to. */
const app = new App();

const registration = new Registration(new Stack(app, 'Registry'), 'Registration', {
  jobTypes: [JobType.IMPORT_ASSETS_FROM_S3, JobType.IMPORT_ASSET_FROM_SIGNED_URL, JobType.EXPORT_REVISIONS_TO_S3],
});

const weather = new Stack(app, 'Weather');
const dataSet = new CfnDataSet(weather, 'DataSet', {
  name: 'Weather',
  description: 'Readings',
  assetType: 'S3_SNAPSHOT',
});
dataSet.applyRemovalPolicy(RemovalPolicy.RETAIN);
const copies = new Bucket(weather, 'Copies', { bucketName: 'weather-copies', removalPolicy: RemovalPolicy.RETAIN });
const publication = new Publication(weather, 'Publication', {
  dataSetId: dataSet.attrId,
  comment: 'Readings of October',
  objects: Array.from({ length: Number(app.node.getContext('count')) }, (_, index) => ({
    bucketName: 'weather-files',
    key: `readings/${index}.csv`,
  })),
  files: [{ name: 'NOTE.txt', content: app.node.getContext('note') }],
  folder: 'files',
});
publication.exportTo({ bucketName: copies.bucketName, keyPattern: '${Revision.Id}/${Asset.Name}' });
publication.grantRead(registration);
publication.grantWrite(registration);
new CfnOutput(weather, 'DataSetId', { value: dataSet.attrId });
new CfnOutput(weather, 'RevisionId', { value: publication.revisionId });

const imported = app.node.tryGetContext('imported');
if (imported !== undefined) {
  new ExportAssetToSignedUrl(new Stack(app, 'Imported'), 'Link', { ...JSON.parse(imported), startOnCreation: false });
}
