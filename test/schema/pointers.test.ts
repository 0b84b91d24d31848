import { everyNode, follow, POINTER_LISTS, pointers, resolved, schema } from './schema';

/** What cfn validate and guard-rail leave out. Each list that should be empty holds the names of what is wrong. */
describe('the schema', () => {
  test.each(POINTER_LISTS)('every pointer of %s leads to a property', (keyword) => {
    expect(pointers(keyword).filter((pointer) => follow(pointer) === undefined)).toEqual([]);
    expect(new Set(pointers(keyword)).size).toBe(pointers(keyword).length);
  });

  test('every $ref leads to a definition, and every definition is used', () => {
    const refs = [...everyNode()].flatMap(({ node }) => node.$ref ?? []);
    const names = Object.keys(schema.definitions).map((name) => `#/definitions/${name}`);
    expect(refs.filter((ref) => !names.includes(ref))).toEqual([]);
    expect(names.filter((name) => !refs.includes(name))).toEqual([]);
  });

  /** What an update may change without a new job, whatever its state (design, section 9). */
  const IN_PLACE = ['FinalizeRevision'];

  test('every property is read-only, create-only or conditionally create-only, and only one of them', () => {
    const lists = ['readOnlyProperties', 'createOnlyProperties', 'conditionalCreateOnlyProperties'] as const;
    const wrong = Object.keys(schema.properties).filter(
      (name) => lists.filter((keyword) => pointers(keyword).includes(`/properties/${name}`)).length !== 1,
    );
    expect(wrong).toEqual(IN_PLACE);
  });

  test('what is required exists and can be written', () => {
    const wrong = [...everyNode()].flatMap(({ at, node }) =>
      (node.required ?? []).filter((name) => node.properties?.[name] === undefined).map((name) => `${at}: ${name}`),
    );
    expect(wrong).toEqual([]);
    expect(schema.required.filter((name) => pointers('readOnlyProperties').includes(`/properties/${name}`))).toEqual(
      [],
    );
    expect(schema.required.filter((name) => !Object.hasOwn(schema.properties, name))).toEqual([]);
  });

  test('the list handler filters by properties that exist', () => {
    const filters = Object.values(schema.handlers.list.handlerSchema?.properties ?? {});
    const wrong = filters.filter(({ $ref }) => follow($ref.replace('resource-schema.json#', '')) === undefined);
    expect(wrong).toEqual([]);
    expect(filters).not.toHaveLength(0);
  });

  test('every object is closed, and every list says that its order means nothing', () => {
    const wrong = [...everyNode()].filter(
      ({ node }) =>
        (node.type === 'object' && node.additionalProperties !== false) ||
        (node.type === 'array' && (node.insertionOrder !== false || node.uniqueItems !== undefined || !node.items)),
    );
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  test('everything has a description', () => {
    const silent = [...everyNode()].filter(({ node }) => !resolved(node).description);
    expect(silent.map(({ at }) => at)).toEqual([]);
  });

  test('patterns are anchored, name no partition and mean the same to Java, Python and JavaScript', () => {
    const wrong = [...everyNode()].filter(
      ({ node: { pattern } }) =>
        pattern !== undefined && (!/^\^.*\$$/.test(pattern) || /arn:aws:|\\p|\(\?|\\[dwsDWS]/.test(pattern)),
    );
    expect(wrong.map(({ at, node }) => `${at}: ${node.pattern}`)).toEqual([]);
  });
});
