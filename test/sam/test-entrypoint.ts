import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeBundle } from '../../tools/bundle';
import { FunctionProcess, type ProgressEvent } from '../../tools/support/function-process';
import type { World } from '../support/world';

/** The bundle's `testEntrypoint` for all tests of a file, in a process of its own, on the clock of a world. */
export function useTestEntrypoint(world: World): (event: unknown) => Promise<ProgressEvent> {
  let folder: string;
  let lambda: FunctionProcess;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'test-entrypoint-'));
    const file = path.join(folder, 'handlers.js');
    await writeBundle(file);
    lambda = new FunctionProcess(file, world.emulator.url, { entrypoint: 'testEntrypoint' });
  });

  afterAll(async () => {
    await lambda.stop();
    rmSync(folder, { recursive: true });
  });

  return (event) => lambda.invoke(event, world.clock.now());
}
