import { hash as digest } from 'node:crypto';

import { chainLink, FIRST_LINK } from './body-hash.ts';

/** One event as an export holds it. */
export interface ExportedEvent {
  /** RFC 8785 canonical JSON of the event: what its hash is over, literally. */
  readonly body: string;
  /** Hexadecimal. */
  readonly hash: string;
  readonly position: number;
}

/** The line of an event in an export, canonical itself, without its line break. */
export function exportLine({ body, hash, position }: ExportedEvent): string {
  return `{"event":${body},"hash":"${hash}","position":${position}}`;
}

/** Canonical JSON may hold line and paragraph separators, which `.` alone takes for ends of lines. */
const LINE = /^\{"event":(\{.*\}),"hash":"([0-9a-f]{64})","position":([1-9]\d{0,15})\}$/s;

/** The event of a line; undefined when it is none. Nothing is parsed: what the hash is over is taken as it stands. */
export function readLine(line: string): ExportedEvent | undefined {
  const [, body, hash, position] = LINE.exec(line) ?? [];
  if (body === undefined || hash === undefined) return undefined;
  return { body, hash, position: Number(position) };
}

/** Where the chain of an export stands. */
export interface ChainState {
  readonly position: number;
  /** Hash of the event at that position; undefined before the first line of an export that begins later than the log. */
  readonly hash: Buffer | undefined;
}

/** Before the first event of a log. */
export const CHAIN_START: ChainState = { position: 0, hash: FIRST_LINK };

/** How the chain goes on with an event, or why it does not. */
export type ChainStep = { readonly next: ChainState } | { readonly broken: string };

/** Holds an event against those before it. Without a hash before it, its own is taken as it is: there is nothing to hold it against. */
export function followChain({ position, hash }: ChainState, event: ExportedEvent): ChainStep {
  if (event.position !== position + 1)
    return { broken: `position ${position + 1} is missing: the next event is ${event.position}` };
  const stated = Buffer.from(event.hash, 'hex');
  if (hash !== undefined) {
    const body = digest('sha256', event.body, 'buffer');
    if (!chainLink(hash, event.position, body).equals(stated))
      return { broken: 'its hash is not that of the event and of the hash before it' };
  }
  return { next: { position: event.position, hash: stated } };
}
