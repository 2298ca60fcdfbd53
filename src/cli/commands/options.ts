import { type Command, InvalidArgumentError, Option } from 'commander';

import { type Format, FORMATS } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { parseDuration } from '../text/duration.ts';

/** The options of what prints one thing; lists have more: `ListingOptions`. */
export interface ListOptions extends GlobalOptions {
  readonly output: Format;
}

/** `-o, --output`: as a table for people, JSON or YAML for programs. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(FORMATS).default('table');
}

/** `--timeout`: how long to follow a rollout, in milliseconds. */
export function timeoutOption(): Option {
  return new Option('--timeout <time>', 'how long to follow it').argParser(duration).default(5 * 60 * 1000, '5m');
}

/** `--timeout`: how long to wait for what may take many rollouts, in milliseconds. */
export function longTimeoutOption(): Option {
  return new Option('--timeout <time>', 'how long to wait').argParser(duration).default(10 * 60 * 1000, '10m');
}

/** Reads `5m`, `90s` or `1h30m` as milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('It is a time like 90s, 5m or 1h30m.');
  return milliseconds;
}

/** Reads a whole number from 0. */
export function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0.');
  return Number(text);
}

/** A subcommand with its aliases. */
export function subcommand(group: Command, name: string, ...aliases: string[]): Command {
  return group.command(name).aliases(aliases).helpOption('-h, --help', 'show this help');
}

/** Lines of examples for the end of a help text. */
export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}
