import { createHash } from 'node:crypto';

import fc from 'fast-check';

import {
  CHAIN_START,
  exportLine,
  followChain,
  readLine,
  type ExportedEvent,
} from '../../src/domain/audit/export-line.ts';
import { chainLink, FIRST_LINK } from '../../src/domain/audit/body-hash.ts';

/** What somebody may do to an exported log of `n` events whose last checkpoint is at `signed`. Positions are from 1. */
export type Tampering =
  | { readonly kind: 'edit'; readonly at: number; readonly offset: number; readonly byte: number }
  | { readonly kind: 'hash'; readonly at: number; readonly digit: number }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly with: number }
  | { readonly kind: 'truncate'; readonly after: number }
  | { readonly kind: 'forge'; readonly from: number };

export function anyTampering(n: number, signed: number): fc.Arbitrary<Tampering> {
  const at = fc.integer({ min: 1, max: n });
  return fc.oneof(
    fc.record({
      kind: fc.constant('edit' as const),
      at,
      offset: fc.nat(10_000),
      byte: fc.integer({ min: 0x20, max: 0x7e }),
    }),
    fc.record({ kind: fc.constant('hash' as const), at, digit: fc.nat(63) }),
    // The last event is cut off by `truncate`.
    fc.record({ kind: fc.constant('delete' as const), at: fc.integer({ min: 1, max: n - 1 }) }),
    fc.record({ kind: fc.constant('swap' as const), at: fc.integer({ min: 1, max: n - 1 }), with: at }).map((swap) => ({
      ...swap,
      with: swap.with === swap.at ? swap.at + 1 : swap.with,
    })),
    fc.record({ kind: fc.constant('truncate' as const), after: fc.integer({ min: 1, max: signed - 1 }) }),
    fc.record({ kind: fc.constant('forge' as const), from: fc.integer({ min: 1, max: signed }) }),
  );
}

/** The lines after it. */
export function tamper(lines: readonly string[], tampering: Tampering): readonly string[] {
  switch (tampering.kind) {
    case 'edit':
      return lines.with(tampering.at - 1, editedLine(lineAt(lines, tampering.at), tampering));
    case 'hash': {
      const event = eventAt(lines, tampering.at);
      const { digit } = tampering;
      const hash = event.hash.slice(0, digit) + (event.hash[digit] === '0' ? '1' : '0') + event.hash.slice(digit + 1);
      return lines.with(tampering.at - 1, exportLine({ ...event, hash }));
    }
    case 'delete':
      return lines.toSpliced(tampering.at - 1, 1);
    case 'swap': {
      const [one, other] = [eventAt(lines, tampering.at), eventAt(lines, tampering.with)];
      return lines
        .with(one.position - 1, exportLine({ ...other, position: one.position }))
        .with(other.position - 1, exportLine({ ...one, position: other.position }));
    }
    case 'truncate':
      return lines.slice(0, tampering.after);
    case 'forge':
      return forge(lines, tampering.from);
    default:
      return tampering satisfies never;
  }
}

/** Where it has to be found: a forged tail holds in itself, so only a signature from before tells. */
export function foundAt(tampering: Tampering, checkpoints: readonly number[]): number | undefined {
  switch (tampering.kind) {
    case 'edit':
    case 'hash':
    case 'delete':
      return tampering.at;
    case 'swap':
      return Math.min(tampering.at, tampering.with);
    case 'truncate':
      return tampering.after + 1;
    case 'forge':
      return checkpoints.find((position) => position >= tampering.from);
    default:
      return tampering satisfies never;
  }
}

/** One byte of the event itself replaced by another. */
function editedLine(line: string, { offset, byte }: { readonly offset: number; readonly byte: number }): string {
  const { body, hash, position } = parsed(line);
  const at = 1 + (offset % (body.length - 2));
  const letter = String.fromCharCode(body.charCodeAt(at) === byte ? (byte === 0x7e ? 0x20 : byte + 1) : byte);
  return exportLine({ body: body.slice(0, at) + letter + body.slice(at + 1), hash, position });
}

/** Another actor from there on, with hashes that follow on one another as they should. */
function forge(lines: readonly string[], from: number): readonly string[] {
  let hash: Buffer = from === 1 ? FIRST_LINK : Buffer.from(eventAt(lines, from - 1).hash, 'hex');
  return lines.map((line, index) => {
    if (index + 1 < from) return line;
    const event = parsed(line);
    const body = event.body.replace('"actor":"', '"actor":"x');
    hash = chainLink(hash, event.position, createHash('sha256').update(body).digest());
    return exportLine({ body, hash: hash.toString('hex'), position: event.position });
  });
}

function lineAt(lines: readonly string[], position: number): string {
  const line = lines[position - 1];
  if (line === undefined) throw new Error(`there is no line ${position}`);
  return line;
}

function eventAt(lines: readonly string[], position: number): ExportedEvent {
  return parsed(lineAt(lines, position));
}

function parsed(line: string): ExportedEvent {
  const event = readLine(line);
  if (event === undefined) throw new Error(`no exported event: ${line}`);
  return event;
}

/** True when every line follows on the one before it. */
export function holds(lines: readonly string[]): boolean {
  let state = CHAIN_START;
  return lines.every((line) => {
    const step = followChain(state, parsed(line));
    if ('next' in step) state = step.next;
    return 'next' in step;
  });
}
