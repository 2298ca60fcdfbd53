import { ApiError, ServerUnreachable } from '../../api/client-error.ts';
import { Failure } from '../failure.ts';
import { GROUPS } from '../groups.ts';
import { TOPICS } from '../help/topics.ts';
import { columnNames } from '../list/options.ts';
import { createProgram } from '../program.ts';
import { openSession } from '../session.ts';
import { filesLike } from './files.ts';
import { sourceOf } from './sources.ts';
import { type Proposal, proposalsFor } from './tab.ts';
import { type Place, walk } from './walk.ts';

/** Bash expands what it is proposed: a value that is more than letters, digits and these is not proposed at all. */
const PLAIN = /^[\w./:@%+,=-]+$/;
/** How the shell is told to put no blank behind the word, and to propose no files of its own. */
const NO_BLANK_NO_FILES = ':6';

/** What may follow the words, for the script of a shell: the last word is the one being typed. Says nothing of errors. */
export async function complete(words: readonly string[]): Promise<string> {
  const typed = words.at(-1) ?? '';
  // The package brings this command along.
  const program = createProgram(GROUPS.filter(({ name }) => name !== 'completion'));
  const place = await walk(program, words.slice(0, -1), async (command) => {
    if (command.parent === program) await GROUPS.find(({ name }) => name === command.name())?.load(command);
  });
  const path = place.path.join(' ');
  const { name, values } = await valuesAt(place, typed);
  if (isPath(place, typed)) {
    const files = (await filesLike(typed)).filter((file) => PLAIN.test(file));
    if (files.length === 1 && files[0]?.endsWith('/') === true) return `${files[0]}\t\n${NO_BLANK_NO_FILES}\n`;
    values.push(...files.map((value) => ({ value, description: '' })));
  }
  const flag = place.awaiting?.long;
  const line = [...place.path, ...place.positionals, ...(flag ? [flag] : []), typed];
  return proposalsFor(program, path, line, new Map([[name, values]]));
}

/** The values for what is being typed: ids that exist, columns, environments. */
async function valuesAt(place: Place, typed: string): Promise<{ name: string; values: Proposal[] }> {
  const { awaiting, argument, command, path, positionals } = place;
  const name = awaiting?.long ?? argument?.name() ?? '';
  if (awaiting !== undefined && /^--(columns|sort|filter)$/.test(name)) {
    const before = typed.slice(0, typed.lastIndexOf(',') + 1);
    const columns = columnNames(command).map((column) => `${before}${column}${name === '--filter' ? '=' : ''}`);
    return { name, values: columns.map((value) => ({ value, description: '' })) };
  }
  if (awaiting?.argChoices !== undefined) {
    return { name, values: awaiting.argChoices.map((value) => ({ value, description: '' })) };
  }
  if (name === 'topic' && positionals.length === 0) {
    const topics = [...TOPICS.keys()].map((value) => ({ value, description: '' }));
    return { name, values: [...GROUPS.map((group) => ({ value: group.name, description: group.summary })), ...topics] };
  }
  const source = typed.startsWith('-') ? undefined : sourceOf(path.join(' '), name);
  if (source === undefined) return { name, values: [] };
  try {
    const found = await source(async () => (await openSession(place)).client);
    return { name, values: found.filter(({ value }) => PLAIN.test(value)).map(onOneLine) };
  } catch (error) {
    if (error instanceof ApiError || error instanceof ServerUnreachable || error instanceof Failure) {
      return { name, values: [] };
    }
    throw error;
  }
}

function onOneLine({ value, description }: Proposal): Proposal {
  return { value, description: description.replaceAll(/[^\w ./:@-]/g, ' ') };
}

function isPath({ awaiting, argument }: Place, typed: string): boolean {
  return (
    awaiting === undefined && !typed.startsWith('-') && /^(files|name\|path|value\|paths)$/.test(argument?.name() ?? '')
  );
}
