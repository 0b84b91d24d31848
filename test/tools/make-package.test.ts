import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { makePackage, type Package } from '../../tools/package/make-package';

const NAME = 'Acme::DataExchange::Job';
const folders: string[] = [];

async function packageIn(timeZone?: string): Promise<Package> {
  const folder = mkdtempSync(join(tmpdir(), 'package-test-'));
  folders.push(folder);
  const before = process.env.TZ;
  try {
    process.env.TZ = timeZone ?? before;
    return await makePackage(NAME, folder);
  } finally {
    process.env.TZ = before;
  }
}

/** Hash by path of everything in a package's folder. */
function hashes({ folder }: Package): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

const text = (made: Package, path: string) => readFileSync(join(made.folder, path), 'utf8');

let made: Package;
beforeAll(async () => {
  made = await packageIn();
}, 60_000);
afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('make package', () => {
  test('gives the same bytes again, in whatever time zone', async () => {
    expect(hashes(await packageIn('Asia/Tokyo'))).toEqual(hashes(made));
  });

  test('lays the registry zip out as the registry reads it', () => {
    const zip = unzipSync(readFileSync(made.zip));
    const config = JSON.parse(Buffer.from(zip['.rpdk-config'] as Uint8Array).toString());
    const schema = JSON.parse(Buffer.from(zip['schema.json'] as Uint8Array).toString());
    expect(config.typeName).toBe(NAME);
    expect(schema.typeName).toBe(NAME);
    expect(Object.keys(zip)).toEqual(
      expect.arrayContaining(['.cfn_metadata.json', 'ResourceProvider.zip', 'src/handlers.ts', 'src/models.ts']),
    );
    const handlers = unzipSync(zip['ResourceProvider.zip'] as Uint8Array);
    expect(Object.keys(handlers)).toEqual(['dist/handlers.js']);
    const [file, exported] = config.entrypoint.split(/\.(?=[^.]+$)/);
    expect(exported).toBe('entrypoint');
    const bundle = Buffer.from(handlers[`${file}.js`] as Uint8Array);
    expect(bundle.equals(readFileSync(join(made.folder, 'dist/handlers.js')))).toBe(true);
  });

  test('leaves no trace of the name that cannot be registered, but in the bundle that all names share', () => {
    const traces = Object.keys(hashes(made)).filter(
      (path) =>
        !/\.(zip|js)$/.test(path) && /AWS(::|-)DataExchange(::|-)Job|aws-dataexchange-job/.test(text(made, path)),
    );
    expect(traces).toEqual([]);
  });

  test('names nothing of this machine', () => {
    const traces = Object.keys(hashes(made)).filter(
      (path) => !path.endsWith('.zip') && text(made, path).includes(process.cwd()),
    );
    expect(traces).toEqual([]);
  });

  test('trusts the role to that type alone', () => {
    for (const file of ['resource-role.yaml', 'register.yml']) {
      expect(text(made, file)).toContain(':type/resource/Acme-DataExchange-Job/*');
    }
  });

  test('writes nothing under a name that is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'package-test-'));
    folders.push(folder);
    await expect(makePackage('AWS::DataExchange::Job', folder)).rejects.toThrow(/reserves/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
