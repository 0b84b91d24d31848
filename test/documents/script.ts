import { spawnSync } from 'node:child_process';

/** What is done with a command that cannot run as it stands. One entry may be about several commands. */
export interface Entry {
  /** A text that the command contains. */
  readonly command: string;
  /** Why it is not run. */
  readonly skip?: string;
  /** It is a server: a pattern of what it prints when it is ready. */
  readonly ready?: string;
  /** Texts of the command, and what the test puts in their place. */
  readonly replace?: Readonly<Record<string, string>>;
}

export interface Document {
  readonly file: string;
  /** What its reader has done before. */
  readonly before?: readonly string[];
  readonly entries?: readonly Entry[];
}

/**
 * A document as a script for bash, in which everything keeps its line, so that bash names the line of the document.
 *
 * - Blocks of `sh` are commands.
 * - A block of `python` is a program for `python3`.
 * - A block that follows the comment `<!-- file: NAME -->` is written to that file.
 *
 * @throws Error for an entry that fits no command, and for code that is indented instead of fenced
 */
export function scriptOf({ file, before = [], entries = [] }: Document, text: string): string {
  const lines = text.split('\n');
  const script = lines.map(() => '');
  script[0] = before.join('; ');
  const used = new Set<Entry>();
  let name: string | undefined;
  for (let open = 0; open < lines.length; open += 1) {
    const [, indent, language] = /^( *)```(\w+)$/.exec(lines[open] as string) ?? [];
    if (indent === undefined) {
      if (/^ {4}\S/.test(lines[open] as string)) {
        throw new Error(`${file}:${open + 1} is indented code; put it between lines of three backticks`);
      }
      name = /^ *<!-- file: (\S+) -->$/.exec(lines[open] as string)?.[1] ?? (lines[open] === '' ? name : undefined);
      continue;
    }
    const close = lines.indexOf(`${indent}\`\`\``, open);
    const content = lines.slice(open + 1, close).map((line) => line.slice(indent.length));
    if (name !== undefined || language === 'python') {
      const program = name === undefined ? 'python3 -' : `cat >${name}`;
      script.splice(open, close - open + 1, `${program} <<'END OF BLOCK'`, ...content, 'END OF BLOCK');
    } else if (language === 'sh') {
      const commands = commandsOf(content).flatMap((command) => adapted(command, entries, used).split('\n'));
      script.splice(open + 1, content.length, ...commands);
    }
    name = undefined;
    open = close;
  }
  const unused = entries.filter((entry) => !used.has(entry)).map(({ command }) => command);
  if (unused.length > 0) {
    throw new Error(`no command of ${file} contains: ${unused.join(', ')}`);
  }
  return script.join('\n');
}

/** The commands of a block, each with all its lines. */
function commandsOf(lines: readonly string[]): string[] {
  const commands: string[] = [];
  let begun: string[] = [];
  for (const line of lines) {
    begun.push(line);
    const command = begun.join('\n');
    if (!line.endsWith('\\') && spawnSync('bash', ['-n', '-c', command]).status === 0) {
      commands.push(command);
      begun = [];
    }
  }
  return [...commands, ...(begun.length > 0 ? [begun.join('\n')] : [])];
}

/** A command as the test runs it, in as many lines. */
function adapted(command: string, entries: readonly Entry[], used: Set<Entry>): string {
  let text = command;
  for (const entry of entries.filter((candidate) => command.includes(candidate.command))) {
    used.add(entry);
    if (entry.skip !== undefined) {
      return command.replace(/.*/g, '');
    }
    for (const [from, to] of Object.entries(entry.replace ?? {})) {
      if (!text.includes(from)) {
        throw new Error(`"${from}" is not in the command: ${command}`);
      }
      text = text.replaceAll(from, to);
    }
    if (entry.ready !== undefined) {
      text = `server ${quoted(entry.ready)} ${quoted(text.replace(/ &$/, ''))}`;
    }
  }
  return text;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
