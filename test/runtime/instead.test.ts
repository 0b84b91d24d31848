import 'reflect-metadata';
import { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { chain, fromStatic } from '@smithy/core/config';
import * as transformer from '../../src/runtime/instead/class-transformer';
import { fromSharedConfigFiles } from '../../src/runtime/instead/config-files';
import { EventStreamSerde } from '../../src/runtime/instead/event-streams';

/** What the bundle has in place of modules that it leaves away, see tools/bundle.ts. */

const { defineMetadata, getMetadata } = Reflect as unknown as Metadata;
const ours: Metadata = jest.requireActual('../../src/runtime/instead/reflect-metadata');

interface Metadata {
  defineMetadata(key: string, value: unknown, target: object): void;
  getMetadata(key: string, target: object): unknown;
}

describe('reflect-metadata', () => {
  test.each([
    ['the package', { defineMetadata, getMetadata }],
    ['ours', ours],
  ])('notes what belongs to an object, and finds it through the prototypes: %s', (_, metadata) => {
    const base = {};
    const derived = Object.create(base);
    const key = 'handlerEvents';
    expect(metadata.getMetadata(key, derived)).toBeUndefined();
    metadata.defineMetadata(key, 'of the base', base);
    expect(metadata.getMetadata(key, derived)).toBe('of the base');
    metadata.defineMetadata(key, 'of the derived', derived);
    metadata.defineMetadata('another', undefined, derived);
    expect(metadata.getMetadata(key, derived)).toBe('of the derived');
    expect(metadata.getMetadata(key, base)).toBe('of the base');
    expect(metadata.getMetadata('another', derived)).toBeUndefined();
  });

  test('is there for the library', () => {
    expect(Reflect).toMatchObject({ defineMetadata: ours.defineMetadata, getMetadata: ours.getMetadata });
  });
});

test('class-transformer: decorators that do nothing, and functions that say what to use instead', () => {
  const { prototype } = BaseModel;
  const names = Object.getOwnPropertyNames(prototype);
  for (const decorator of [transformer.Exclude, transformer.Expose]) {
    expect(Reflect.apply(decorator(), undefined, [prototype, 'serialize'])).toBeUndefined();
  }
  expect(Object.getOwnPropertyNames(prototype)).toEqual(names);
  expect(() => transformer.instanceToPlain()).toThrow(/"serialize" of a model.*desiredProperties/);
  expect(() => transformer.plainToInstance()).toThrow(/"deserialize" of a model.*desiredProperties/);
});

test('configuration files: the SDK goes on to the default of a setting', async () => {
  expect(await chain(fromSharedConfigFiles(), fromStatic('the default'))()).toBe('the default');
});

test('event streams: refused by name', () => {
  expect(() => new EventStreamSerde()).toThrow('Data Exchange has no event streams.');
});
