/**
 * The IAM actions that may stand in the schema, spelt as the Service Authorization Reference has them, by its page
 * (docs.aws.amazon.com/service-authorization/latest/reference/list_<page>.html; read November 2026). A policy with a
 * misspelt action is accepted everywhere and allows nothing.
 */
export const IAM_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  awsdataexchange: [
    'dataexchange:CancelJob',
    'dataexchange:CreateAsset', // permission only: StartJob of an import depends on it
    'dataexchange:CreateJob',
    'dataexchange:CreateRevision',
    'dataexchange:DeleteRevision',
    'dataexchange:GetAsset',
    'dataexchange:GetDataSet',
    'dataexchange:GetJob',
    'dataexchange:GetRevision',
    'dataexchange:ListDataSetRevisions',
    'dataexchange:ListJobs',
    'dataexchange:StartJob',
    'dataexchange:TagResource',
    'dataexchange:UpdateRevision',
  ],
  amazons3: ['s3:GetBucketLocation', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:PutObjectAcl'],
  awskeymanagementservice: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
  amazonredshift: [
    'redshift:AuthorizeDataShare',
    'redshift:DescribeDataShares',
    'redshift:DescribeDataSharesForProducer',
  ],
  amazonapigatewaymanagement: ['apigateway:GET'],
  awsidentityandaccessmanagement: ['iam:PassRole'],
};
