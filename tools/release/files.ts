/** The registry's package, under a name that only AWS can register. */
export const PACKAGE_FILE = 'aws-dataexchange-job.zip';
/** What `make package` writes beside the registry's package: templates, examples, settings of the tools. */
export const PROJECT_FILE = 'aws-dataexchange-job-project.zip';
