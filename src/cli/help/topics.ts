import { EXIT, EXIT_MEANINGS } from '../exit-codes.ts';
import { ENVIRONMENT } from './environment.ts';

/** What `oo help` tells of beside commands. */
export const TOPICS: ReadonlyMap<string, () => string> = new Map([
  ['exit-codes', exitCodes],
  ['environment', environment],
]);

function exitCodes(): string {
  const lines = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => `  ${EXIT[name]}    ${EXIT_MEANINGS[name]}`);
  return ['Exit codes of every command:', '', ...lines, '  130  interrupted; what was begun goes on', ''].join('\n');
}

function environment(): string {
  const width = Math.max(...ENVIRONMENT.map(({ name }) => name.length)) + 2;
  const lines = ENVIRONMENT.map(({ name, meaning }) => `  ${name.padEnd(width)}${meaning}`);
  return ['Environment variables that are looked at:', '', ...lines, ''].join('\n');
}
