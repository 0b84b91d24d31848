export * from './cfn-job.generated';
export * from './export-jobs';
export * from './import-jobs';
export * from './job';
export * from './publication';
export * from './registration';
export * from './revision';
export * from './uploads';
