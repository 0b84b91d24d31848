import { makePackage } from './package/make-package';
import { runProgram } from './support/processes';

/** `make package TYPE_NAME=Acme::DataExchange::Job` */
async function main(): Promise<void> {
  const { instructions } = await makePackage(process.argv[2] ?? '');
  console.log(instructions);
}

void runProgram('package', main);
