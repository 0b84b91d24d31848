import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateDataSetCommand, DataExchangeClient, ListDataSetsCommand } from '@aws-sdk/client-dataexchange';
import { inTemporaryFolder } from '../../tools/support/files';
import { inRoot, npmTool } from '../../tools/support/paths';
import { firstLine, run, start } from '../../tools/support/processes';
import './support';

/** The local Data Exchange as others get it: the tarball, installed with npm in a folder that has nothing else. */

const README = readFileSync(inRoot('emulator', 'README.md'), 'utf8');

test('the package of the emulator answers the AWS SDK by its command and by its API, and its types compile', async () => {
  await inTemporaryFolder(async (folder) => {
    const inFolder = (command: string, ...given: string[]) => run(command, given, { cwd: folder });
    const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
      cwd: inRoot('emulator'),
    });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    const sources = files.map((file) => file.path).filter((file) => !/^dist\/.*\.(js|d\.ts)$/.test(file));
    const page = ['icon.svg', 'index.html', 'page.css'].map((name) => `dist/page/${name}`);
    expect(sources.sort()).toEqual(['LICENSE', 'README.md', ...page, 'package.json']);

    const { dependencies, devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
    const versions = { ...dependencies, ...devDependencies };
    const others = ['@aws-sdk/client-dataexchange', '@types/node'].map((name) => `${name}@${versions[name]}`);
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    await inFolder('npm', 'install', '--prefer-offline', `./${filename}`, ...others);

    expect((await inFolder('npx', 'local-data-exchange', '--version')).stdout).toBe('0.1.0');
    const command = start(path.join(folder, 'node_modules/.bin/local-data-exchange'), ['--port', '0'], { cwd: folder });
    try {
      const endpoint = (await firstLine(command, /^listening on /)).replace('listening on ', '');
      const script = await fetch(`${endpoint}/_emulator/page.js`);
      expect(await script.text()).toBe(readFileSync(inRoot('emulator', 'page', 'page.js'), 'utf8'));
      const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
      const client = new DataExchangeClient({ endpoint, region: 'us-east-1', credentials });
      const dataSet = { AssetType: 'S3_SNAPSHOT', Name: 'Weather', Description: 'Daily' } as const;
      const { Id } = await client.send(new CreateDataSetCommand(dataSet));
      expect((await client.send(new ListDataSetsCommand({}))).DataSets).toMatchObject([{ Id }]);
      client.destroy();
    } finally {
      (await command.nodeChildProcess).kill('SIGINT');
    }
    await command;

    const example = /```ts\n(.*?)```/s.exec(README)?.[1] as string;
    writeFileSync(path.join(folder, 'example.mts'), example);
    await inFolder(npmTool('tsc'), '--strict', '--module', 'nodenext', '--types', 'node', 'example.mts');
    await inFolder(process.execPath, 'example.mjs');
    await inFolder(
      process.execPath,
      '-e',
      "new (require('local-data-exchange/s3-buckets').S3Buckets)({ endpoint: '' })",
    );
  });
});
