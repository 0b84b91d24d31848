import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { makePackage } from './package/make-package';
import { sha256 } from './support/files';
import { runProgram } from './support/processes';

/** `make package TYPE_NAME=Acme::DataExchange::Job` */
async function main(): Promise<void> {
  const { folder, zip } = await makePackage(process.argv[2] ?? '');
  const here = relative(process.cwd(), folder);
  const file = relative(process.cwd(), zip);
  const content = readFileSync(zip);
  const hash = sha256(content).slice(0, 16);
  const key = `${hash}-${basename(zip)}`;
  console.log(`${file}  ${Math.ceil(content.length / 1024)} KB  ${hash}

To register it, either
  cd ${here} && cfn submit --set-default
or
  aws s3 cp ${file} s3://BUCKET/${key}
  aws cloudformation deploy --stack-name ${basename(folder)} --template-file ${here}/register.yml \\
    --capabilities CAPABILITY_IAM --parameter-overrides \\
    PackageBucket=BUCKET PackageKey=${key} \\
    JobTypes=IMPORT_ASSETS_FROM_S3 SourceBucketArns=arn:aws:s3:::BUCKET`);
}

void runProgram('package', main);
