import { relative } from 'node:path';
import { makeCdkPackage } from './cdk/make-cdk-package';
import { runProgram } from './support/processes';

/** `make cdk-package TYPE_NAME=Acme::DataExchange::Job` */
async function main(): Promise<void> {
  const { tarball, python } = await makeCdkPackage(process.argv[2] ?? '');
  console.log(`To use it in an app, either
  npm install ${relative(process.cwd(), tarball)}
or
  pip install ${relative(process.cwd(), python)}/`);
}

void runProgram('cdk-package', main);
