import { type Command, InvalidArgumentError, Option } from 'commander';

import { type Format, FORMATS } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { nearest } from '../text/nearest.ts';
import { parseDuration } from '../text/duration.ts';

/** The options of every list. */
export interface ListOptions extends GlobalOptions {
  readonly output: Format;
}

/** `-o, --output`: as a table for people, JSON or YAML for programs. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(FORMATS).default('table');
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

/** A group shows its help when no subcommand is named, and the nearest one when it does not know the one that is. */
export function subcommand(group: Command, name: string, ...aliases: string[]): Command {
  return group.command(name).aliases(aliases).helpOption('-h, --help', 'show this help');
}

/** Lines of examples for the end of a help text. */
export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}

/** `; did you mean X?` when a candidate is near, else nothing. */
export function meant(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? '' : `; did you mean ${guess}?`;
}
