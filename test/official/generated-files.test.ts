import { committed, generatedFiles, strayDocs } from '../../tools/generate';
import './support';

test('the generated files are what npm run build writes', async () => {
  const files = await generatedFiles();
  expect([...files.keys()]).toContain('src/models.ts'); // It needs the CloudFormation CLI.
  for (const [file, text] of files) {
    expect({ file, text: await committed(file) }).toEqual({ file, text });
  }
  expect(await strayDocs(files)).toEqual([]);
});
