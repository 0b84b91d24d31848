import { IN_PLACE } from '../../src/job/differences';
import { everyNode, follow, POINTER_LISTS, pointers, resolved, schema } from './schema';

/** What cfn validate and guard-rail do not check. A list that should be empty holds the names of what is wrong. */
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

  test('every property is either read-only or create-only, but for those that an update changes in place', () => {
    const names = Object.keys(schema.properties);
    const listed = (name: string, keyword: (typeof POINTER_LISTS)[number]): boolean =>
      pointers(keyword).includes(`/properties/${name}`);
    const inPlace = names.filter((name) => listed(name, 'readOnlyProperties') === listed(name, 'createOnlyProperties'));
    expect(inPlace.sort()).toEqual([...IN_PLACE, 'ApiGatewayProtocolType'].sort());
    // StartOnCreation changes in place one way only; ApiGatewayProtocolType may be written down, and has one value.
    expect(pointers('conditionalCreateOnlyProperties')).toEqual([
      '/properties/StartOnCreation',
      '/properties/ApiGatewayProtocolType',
    ]);
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

  test('every object is closed, and the order of a list means nothing but in two', () => {
    const ordered = ['/properties/Triggers', '/properties/AssetIds'];
    const wrong = [...everyNode()].filter(
      ({ at, node }) =>
        (node.type === 'object' && node.additionalProperties !== false) ||
        (node.type === 'array' &&
          ((node.insertionOrder === false) === ordered.includes(at) || node.uniqueItems !== undefined || !node.items)),
    );
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  test('no keyword is unknown to the checker of src/job/check-schema.ts', () => {
    const checked = ['$ref', 'type', 'enum', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'items'];
    const checkedOfObjects = ['properties', 'required', 'additionalProperties'];
    const noConstraint = ['description', 'examples', 'default', 'insertionOrder'];
    const used = new Set([...everyNode()].flatMap(({ node }) => Object.keys(node)));
    expect(
      [...used].filter((keyword) => ![...checked, ...checkedOfObjects, ...noConstraint].includes(keyword)),
    ).toEqual([]);
  });

  test('everything has a description', () => {
    const undescribed = [...everyNode()].filter(({ node }) => !resolved(node).description);
    expect(undescribed.map(({ at }) => at)).toEqual([]);
  });

  test('patterns are anchored, name no partition and mean the same to Java, Python and JavaScript', () => {
    const wrong = [...everyNode()].filter(
      ({ node: { pattern } }) =>
        pattern !== undefined && (!/^\^.*\$$/.test(pattern) || /arn:aws:|\\p|\(\?|\\[dwsDWS]/.test(pattern)),
    );
    expect(wrong.map(({ at, node }) => `${at}: ${node.pattern}`)).toEqual([]);
  });
});
