import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { makePackage } from './package/make-package';

/** `make package TYPE_NAME=Acme::DataExchange::Job` */
async function main(typeName: string): Promise<void> {
  const { folder, zip } = await makePackage(typeName);
  const here = relative(process.cwd(), folder);
  const content = readFileSync(zip);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  console.log(
    [
      `${relative(process.cwd(), zip)}  ${Math.ceil(content.length / 1024)} KB  ${hash}`,
      '',
      'To register it, either',
      `  cd ${here} && cfn submit --set-default`,
      'or',
      `  aws s3 cp ${relative(process.cwd(), zip)} s3://BUCKET/${hash}-${basename(zip)}`,
      `  aws cloudformation deploy --stack-name ${basename(folder)} --template-file ${here}/register.yml \\`,
      '    --capabilities CAPABILITY_IAM --parameter-overrides \\',
      `    PackageBucket=BUCKET PackageKey=${hash}-${basename(zip)} \\`,
      '    JobTypes=IMPORT_ASSETS_FROM_S3 SourceBucketArns=arn:aws:s3:::BUCKET',
    ].join('\n'),
  );
}

main(process.argv[2] ?? '').catch((error: Error) => {
  console.error(`package: ${error.message}`);
  process.exitCode = 1;
});
