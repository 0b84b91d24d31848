import Ajv from 'ajv';
import { everyNode, schema } from './schema';

const ajv = new Ajv({ strict: false, schemas: [{ ...schema, $id: 'resource-schema.json' }] });

test('every example in the schema is valid by it', () => {
  const wrong = [...everyNode()].flatMap(({ at, node }) => {
    const validate = ajv.compile({ $ref: `resource-schema.json#${at}` });
    // A dynamic reference takes the place of a value that the template does not show.
    const examples = (node.examples ?? []).filter((example) => !/^\{\{resolve:/.test(String(example)));
    return examples.filter((example) => !validate(example)).map((example) => `${at}: ${JSON.stringify(example)}`);
  });
  expect(wrong).toEqual([]);
});
