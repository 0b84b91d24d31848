import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adaptModels } from '../../tools/generate/adapt-models';
import { compactSchema, compactSchemaModule } from '../../tools/generate/compact-schema';
import { withPermissions } from '../../tools/generate/permissions';

const fromRoot = (path: string) => readFileSync(join(__dirname, '..', '..', path), 'utf8');

test('the permissions of the schema depend on nothing but the rights', () => {
  const text = fromRoot('aws-dataexchange-job.json');
  expect(withPermissions(text.replaceAll('"dataexchange:GetJob"', '"dataexchange:*"'))).toBe(text);
});

describe('src/job/schema.ts', () => {
  const schema = JSON.parse(fromRoot('aws-dataexchange-job.json'));

  test('is what the schema says', () => {
    expect(fromRoot('src/job/schema.ts')).toBe(compactSchemaModule(schema));
  });

  test('keeps every rule and no words', () => {
    const compact = compactSchema({
      ...schema,
      definitions: { A: { type: 'object', description: 'words', properties: { description: { type: 'string' } } } },
      properties: { title: { type: 'string', title: 'words', default: 'x', examples: ['x'], minLength: 1 } },
    });
    expect(compact.definitions).toEqual({ A: { type: 'object', properties: { description: { type: 'string' } } } });
    expect(compact.properties).toEqual({ title: { type: 'string', minLength: 1 } });
    expect(compact.handlers).toEqual({
      create: { timeoutInMinutes: 720 },
      update: { timeoutInMinutes: 720 },
      delete: { timeoutInMinutes: 720 },
    });
  });
});

describe('src/models.ts', () => {
  test('has been adapted to class-transformer 0.5', () => {
    const models = fromRoot('src/models.ts');
    expect(models).not.toContain('(value: any, obj: any)');
    expect(models).toContain('({ value, obj }: any) =>');
  });

  test('a template of the plugin that has changed is an error, not a model that empties its properties', () => {
    expect(() => adaptModels('export class ResourceModel extends BaseModel {}')).toThrow(/no longer holds/);
  });
});
