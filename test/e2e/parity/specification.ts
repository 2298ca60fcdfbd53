import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The specification as it was published: a page's text, in which files have lost their indentation. */
const TEXT = readFileSync(fileURLToPath(new URL('../../fixtures/specification.txt', import.meta.url)), 'utf8');
const LINES = TEXT.split('\n');

/** A line of the specification to carry out, numbered from 1. */
export interface Command {
  readonly line: number;
  readonly text: string;
}

/** A file of the specification, or a part of one. */
export interface Block {
  /** Its first line. */
  readonly line: number;
  readonly to: number;
  /** With its indentation, comments and all. */
  readonly yaml: string;
}

/**
 * Where the YAML stands, and what it has lost: the depth of each of its lines, two spaces each. Nothing else is added, so
 * what is carried out is the text.
 */
const DEPTHS: Readonly<Record<number, string>> = {
  20: '00000 0111 0111 0111 0121 01111',
  47: '000',
  97: '00 00111',
  105: '0111',
  110: '0000 0000 000',
  123: '0111',
  132: '01',
  140: '00000 0111 011 0111 011 01111',
  165: '00000 0111 0111 012 01111',
  187: '00000 0111 011 0111 011111',
  210: '00000 01 011 01111',
  227: '01211',
  267: '01111',
  273: '0 111 111',
  301: '0011 00111',
  311: '00111',
  331: '0011',
};

/** The states' own list looks like YAML and is none. */
const STATES = /^- (Pending|Deploying|OK|Error|Failed): /;

export function textAt(line: number): string {
  return LINES[line - 1] ?? '';
}

/** Every command line, in order. */
export function commands(): readonly Command[] {
  return numbered().filter(({ text }) => /^(oo|cat) /.test(text) || text.includes(' | grep '));
}

/** Every file and part of a file, in order. */
export function blocks(): readonly Block[] {
  return Object.entries(DEPTHS).map(([first, depths]) => {
    const line = Number(first);
    const levels = Array.from(depths.replaceAll(' ', ''), Number);
    const yaml = levels.map((depth, index) => `${'  '.repeat(depth)}${textAt(line + index)}\n`).join('');
    return { line, to: line + levels.length - 1, yaml };
  });
}

/** Every line that has the form of YAML, wherever it stands. */
export function yamlLines(): readonly Command[] {
  return numbered().filter(({ text }) => /^(- )?[A-Za-z_]+:( |$)/.test(text) && !STATES.test(text));
}

function numbered(): readonly Command[] {
  return LINES.map((text, index) => ({ line: index + 1, text }));
}
