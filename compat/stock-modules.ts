/** What a scaffold of the CloudFormation CLI loads from node_modules when it runs; here those are in compat/. */
export const STOCK_MODULES = [
  '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib',
  'aws-sdk',
  'class-transformer',
  'reflect-metadata',
];
