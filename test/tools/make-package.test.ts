import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { makePackage } from '../../tools/package/make-package';
import type { Package } from '../../tools/package/write-package';
import { digests } from '../../tools/support/files';
import { ROOT } from '../../tools/support/paths';

const NAME = 'Acme::DataExchange::Job';

let parent: string;
let made: Package;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'package-test-'));
  made = await makePackage(NAME, join(parent, 'made'));
}, 60_000);

afterAll(() => rmSync(parent, { recursive: true }));

function text(path: string): string {
  return readFileSync(join(made.folder, path), 'utf8');
}

/** The files of the package whose text matches, but for the zip. */
async function filesWith(pattern: RegExp): Promise<string[]> {
  const paths = Object.keys(await digests(made.folder));
  return paths.filter((path) => !path.endsWith('.zip') && pattern.test(text(path)));
}

describe('make package', () => {
  test('gives the same bytes again, in whatever time zone', async () => {
    const { TZ = 'UTC' } = process.env;
    process.env.TZ = 'Asia/Tokyo';
    const again = await makePackage(NAME, join(parent, 'again'));
    process.env.TZ = TZ;
    expect(await digests(again.folder)).toEqual(await digests(made.folder));
  });

  test('packs the files that the registry reads', () => {
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

  test('holds the name that cannot be registered at most in the bundle, which all names share', async () => {
    const files = await filesWith(/AWS(::|-)DataExchange(::|-)Job|aws-dataexchange-job/);
    expect(files.filter((path) => path !== 'dist/handlers.js')).toEqual([]);
  });

  test('names nothing of this machine', async () => {
    expect(await filesWith(new RegExp(ROOT))).toEqual([]);
  });

  test('trusts the role to that type alone', () => {
    for (const file of ['resource-role.yaml', 'register.yml']) {
      expect(text(file)).toContain(':type/resource/Acme-DataExchange-Job/*');
    }
  });

  test('writes nothing under a name that cannot be registered', async () => {
    const folder = join(parent, 'refused');
    await expect(makePackage('AWS::DataExchange::Job', folder)).rejects.toThrow(/reserves/);
    expect(existsSync(folder)).toBe(false);
  });
});
