import { NEVER_TOLD } from './registry';
import { API_KEY } from './types';

/** What the handlers print where no logging role is set, kept from the screen and looked through for what must not be in it. */
export function captureLog(): { lines: string[]; check: () => void } {
  const lines: string[] = [];
  const { log } = console;
  beforeAll(() => {
    console.log = (line: unknown) => void lines.push(String(line));
  });
  afterAll(() => {
    console.log = log;
  });
  return {
    lines,
    check: () => {
      expect(lines).not.toEqual([]);
      for (const line of lines.splice(0)) {
        JSON.parse(line);
        for (const secret of [...NEVER_TOLD, API_KEY, 'X-Amz-Signature=']) expect(line).not.toContain(secret);
      }
    },
  };
}
