import { readFile, rm } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { sha256 } from '../../tools/support/files';
import { cfn, withProjectUnderAnotherName } from './support';

test('cfn submit packs the files that make package packs', async () => {
  await withProjectUnderAnotherName(async ({ folder, zip }) => {
    const ours = filesOf(await readFile(zip));
    await rm(zip);
    await cfn(folder, 'submit', '--dry-run');
    expect(ours).toEqual(filesOf(await readFile(zip)));
  });
});

/** The SHA-256 of each file of a zip, and of a zip within it: how that one is compressed does not matter. */
function filesOf(zip: Uint8Array): Record<string, string> {
  return Object.fromEntries(
    Object.entries(unzipSync(zip)).flatMap(([name, content]) =>
      name.endsWith('.zip')
        ? Object.entries(filesOf(content)).map(([inner, digest]) => [`${name}/${inner}`, digest])
        : [[name, sha256(content)]],
    ),
  );
}
