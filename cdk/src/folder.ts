import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { AssetStaging, FileAssetPackaging, IgnoreMode, Stack, Stage, SymlinkFollowMode } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { S3Object } from './import-jobs';
import { refuse } from './refuse';

/** So many digits of the hash tell the contents of one path apart. */
const HASH_DIGITS = 16;

/**
 * The files of a folder as assets of the app, which `cdk deploy` uploads to the bucket of `cdk bootstrap`.
 *
 * An object's key is its asset's name in the service, and CDK's keys are hashes. So the files get keys of their own here:
 * the hash of the content as a folder, and in it the path of the file. The hash has to be there: the CLI uploads nothing
 * to a key that exists.
 */
export function folderObjects(scope: Construct, folder: string): S3Object[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refuse(scope, `folder: there is no folder ${folder}`);
  }
  const output = Stage.of(scope)?.assetOutdir;
  // A part that begins with a dot leads out of the folder, or is hidden in it and so not copied.
  const within = (path: string) =>
    relative(folder, path)
      .split(sep)
      .every((part) => !part.startsWith('.'));
  if (output !== undefined && within(output)) {
    throw refuse(scope, `folder: ${folder} holds ${output}, into which it would be copied; name a folder without it`);
  }
  const stack = Stack.of(scope);
  const staging = new AssetStaging(scope, 'Folder', {
    sourcePath: folder,
    // As visibleFiles does.
    exclude: ['.*'],
    ignoreMode: IgnoreMode.GIT,
    follow: SymlinkFollowMode.ALWAYS,
  });
  const staged = staging.relativeStagedPath(stack);
  // Each call of the synthesizer names the one bucket by another token.
  let bucket: string | undefined;
  return visibleFiles(folder).map((path) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')
      .slice(0, HASH_DIGITS);
    const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
      // The synthesizer appends the extension.
      sourceHash: `${hash}/${path.slice(0, path.length - extname(path).length)}`,
      fileName: `${staged}/${path}`,
      packaging: FileAssetPackaging.FILE,
      displayName: path,
    });
    bucket ??= bucketName;
    return { bucketName: bucket, key: objectKey };
  });
}

/** Paths of the files at any depth, with `/`, sorted; without those whose name, or whose folder's, begins with a dot. */
function visibleFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? visibleFiles(path).map((below) => `${name}/${below}`) : [name];
    });
}
