import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { replaceFolder, sha256 } from '../support/files';
import { registryPackage } from './registry-package';
import { retarget, spellings } from './type-name';
import type { Entries } from './zip';

export interface Package {
  readonly folder: string;
  /** The zip that the registry takes. */
  readonly zip: string;
  /** How to register it, for a person. */
  readonly instructions: string;
}

/**
 * Writes a folder such as `acme-dataexchange-job/` into `parent`: the project under that name, and in it the registry's
 * package.
 *
 * @param canonical the project under its name in this repository
 * @param typeName a name without problems (`nameProblem`)
 */
export async function writePackage(canonical: Entries, typeName: string, parent: string): Promise<Package> {
  const { slug } = spellings(typeName);
  const project = retargetedProject(canonical, typeName);
  const content = registryPackage(project, typeName);
  const folder = join(parent, slug);
  await replaceFolder(folder, (draft) => writeFiles(new Map([...project, [`${slug}.zip`, content]]), draft));
  const zip = join(folder, `${slug}.zip`);
  return { folder, zip, instructions: instructions(folder, zip, content) };
}

/** All is text that may hold the name but the bundle, whose bytes are the same for every name. */
function retargetedProject(canonical: Entries, typeName: string): Entries {
  return new Map(
    [...canonical].map(([path, content]) => [
      retarget(path, typeName),
      path.startsWith('dist/') ? content : Buffer.from(retarget(Buffer.from(content).toString(), typeName)),
    ]),
  );
}

async function writeFiles(files: Entries, folder: string): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function instructions(folder: string, zip: string, content: Uint8Array): string {
  const here = relative(process.cwd(), folder);
  const file = relative(process.cwd(), zip);
  const hash = sha256(content).slice(0, 16);
  const key = `${hash}-${basename(zip)}`;
  return `${file}  ${Math.ceil(content.length / 1024)} KB  ${hash}

To register it, either
  cd ${here} && cfn submit --set-default
or
  aws s3 cp ${file} s3://BUCKET/${key}
  aws cloudformation deploy --stack-name ${basename(folder)} --template-file ${here}/register.yml \\
    --capabilities CAPABILITY_IAM --parameter-overrides \\
    PackageBucket=BUCKET PackageKey=${key} \\
    JobTypes=IMPORT_ASSETS_FROM_S3 SourceBucketArns=arn:aws:s3:::BUCKET`;
}
