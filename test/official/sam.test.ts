import { join } from 'node:path';
import { buildBundle } from '../../tools/bundle';
import { digests, inTemporaryFolder, sha256 } from '../../tools/support/files';
import { pythonTool } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import './support';

/** SAM asks for a Region, and would report to AWS how it is used. */
const ENV = { SAM_CLI_TELEMETRY: '0', AWS_DEFAULT_REGION: 'us-east-1' };

async function sam(...given: string[]): Promise<void> {
  await run(pythonTool('sam', 'sam'), given, { env: ENV });
}

test('sam validate --lint accepts the template', async () => {
  await sam('validate', '--lint');
});

test('sam build gives both functions the bundle and nothing else', async () => {
  await inTemporaryFolder(async (folder) => {
    await sam('build', '--build-dir', folder);
    const bundle = { 'dist/handlers.js': sha256((await buildBundle()).content) };
    expect(await digests(join(folder, 'TypeFunction'))).toEqual(bundle);
    expect(await digests(join(folder, 'TestEntrypoint'))).toEqual(bundle);
  });
});

test('make sam-local says why it does nothing where there is no Docker', async () => {
  const env = { DOCKER_HOST: 'unix:///nowhere' };
  const { stdout } = await run('make', ['--no-print-directory', 'sam-local'], { env });
  expect(stdout).toBe('sam-local: skipped, because there is no Docker here: docker info fails');
});
