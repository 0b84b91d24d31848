import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../../tools/support/paths';
import { firstLine, run, start } from '../../tools/support/processes';

/** A program starts with TypeScript to translate, and machines can be busy. */
jest.setTimeout(60_000);

describe('run', () => {
  test('returns the output of a command', async () => {
    expect(await run('sh', ['-c', 'echo one; echo two >&2'])).toMatchObject({ stdout: 'one', stderr: 'two' });
  });

  test('takes a variable away from the environment', async () => {
    const { stdout } = await run('sh', ['-c', 'echo $HOME/$OTHER'], { env: { HOME: undefined, OTHER: 'x' } });
    expect(stdout).toBe('/x');
  });

  test('throws an error with the output of a command that fails', async () => {
    await expect(run('sh', ['-c', 'echo why; exit 3'])).rejects.toThrow(/exit code 3.*why$/s);
  });
});

describe('firstLine', () => {
  test('returns the line while the process runs', async () => {
    const subprocess = start('sh', ['-c', 'echo ready; read -r _'], { stdin: 'pipe' });
    expect(await firstLine(subprocess)).toBe('ready');
    (await subprocess.nodeChildProcess).stdin?.end('\n');
    await subprocess;
  });

  test.each([0, 1])(
    'throws an error with the output of a process that ends before it, with exit code %d',
    async (code) => {
      await expect(firstLine(start('sh', ['-c', `echo why >&2; exit ${code}`]))).rejects.toThrow('why');
    },
  );
});

describe('runProgram', () => {
  test('prints each line of an error with the name of the program', async () => {
    const program = startProgram(`throw new Error('one\\ntwo');`);
    expect(await endOf(program)).toEqual({ code: 1, output: 'name: one\nname: two\n' });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends what it started at %s, with all that this started in turn, and reaches finally',
    async (signal, code) => {
      // The sleep keeps the program's standard error open: `close` comes only when it has ended.
      const program = startProgram(`
      try {
        console.log(await firstLine(start('sh', ['-c', 'sleep 600 & echo ready; wait'], { stderr: 'inherit' })));
        await run('sleep', ['600']);
      } finally {
        await endProcesses();
        console.log('finally');
      }`);
      await once(createInterface({ input: program.stdout as NodeJS.ReadableStream }), 'line');
      const ended = endOf(program);
      program.kill(signal);
      const { code: exitCode, output } = await ended;
      expect(exitCode).toBe(code);
      expect(output).toContain('finally\n');
      expect(output).toContain('name: interrupted\n');
    },
  );
});

/** Starts a program of its own with this main function. */
function startProgram(main: string): ChildProcess {
  const source = `
    const { endProcesses, firstLine, run, runProgram, start } = require('./tools/support/processes.ts');
    void runProgram('name', async () => { ${main} });`;
  return spawn(process.execPath, ['--import', 'tsx', '--eval', source], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function endOf(program: ChildProcess): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const [code] = (await once(program, 'close')) as [number];
  return { code, output };
}
