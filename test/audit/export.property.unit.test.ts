import { createHash, createPublicKey } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { verifyExport } from '../../src/cli/audit/verify-export.ts';
import {
  bodyHash,
  canonical,
  bodyStart,
  canonicalBody,
  chainLink,
  FIRST_LINK,
  type HashedBody,
} from '../../src/domain/audit/body-hash.ts';
import { auditKey, isSignedBy, signCheckpoint, type Checkpoint } from '../../src/domain/audit/checkpoint.ts';
import { exportLine, readLine } from '../../src/domain/audit/export-line.ts';
import { anyTampering, foundAt, holds, tamper } from './tampering.ts';

const EVENTS = 30;
const KEY = auditKey(Buffer.alloc(32, 7));
const SIGNED = [10, 20, 27] as const;
const LAST_SIGNED = 27;

const LINES = someLog(EVENTS);
const CHECKPOINTS = SIGNED.map((position) => checkpointAt(LINES, position));
const KEYS = [createPublicKey(KEY.publicKey)];
const WHOLE = { after: 0, checkpoints: CHECKPOINTS, keys: KEYS };

function someLog(count: number): readonly string[] {
  let hash: Buffer = FIRST_LINK;
  return Array.from({ length: count }, (_, index) => {
    const position = index + 1;
    const event: HashedBody = {
      actor: 'user/usr_1',
      at: new Date(1_700_000_000_000 + index),
      correlationId: `c${index}`,
      data: { name: `quoted "${index}" \\ ö 🚀 \u2028\u2029`, list: [index, index / 3, true, null] },
      id: `0198c7aa-1111-7777-8888-${String(position).padStart(12, '0')}`,
      schemaVersion: 1,
      stream: `definition/d${index % 7}`,
      type: 'DefinitionSaved',
      version: position,
    };
    hash = chainLink(hash, position, bodyHash(event));
    const body = canonicalBody(bodyStart(event, event.at.toISOString()), canonical(event.data), event);
    return exportLine({ body, hash: hash.toString('hex'), position });
  });
}

function checkpointAt(lines: readonly string[], position: number): Checkpoint {
  const hash = readLine(lines[position - 1] ?? '')?.hash ?? '';
  return signCheckpoint({ installation: 'i', position, hash, at: '2026-11-23T00:00:00.000Z' }, KEY);
}

test('an export holds, and says up to where', async () => {
  const verdict = await verifyExport(LINES, WHOLE);
  expect(verdict).toMatchObject({ events: EVENTS, last: { position: EVENTS }, checkpoints: SIGNED.length });
  expect(verdict.fault).toBeUndefined();
});

test('a part of an export holds in itself, from its first line on', async () => {
  const verdict = await verifyExport(LINES.slice(15), { ...WHOLE, after: 15, checkpoints: CHECKPOINTS.slice(1) });
  expect(verdict).toMatchObject({ events: 15, checkpoints: 2 });
  expect(verdict.fault).toBeUndefined();
  expect((await verifyExport(LINES.slice(15), { ...WHOLE, after: 14 })).fault?.position).toBe(15);
  const forged = tamper(LINES, { kind: 'edit', at: 11, offset: 5, byte: 0x78 }).slice(10);
  expect((await verifyExport(forged, { ...WHOLE, after: 10 })).fault?.position).toBe(11);
});

test('9,000 tamperings of an export are found, each at its position', { timeout: 60_000 }, async () => {
  const runs = 9_000;
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyTampering(EVENTS, LAST_SIGNED), async (tampering) => {
      kinds.set(tampering.kind, (kinds.get(tampering.kind) ?? 0) + 1);
      const { fault } = await verifyExport(tamper(LINES, tampering), WHOLE);
      expect(fault?.position).toBe(foundAt(tampering, SIGNED));
    }),
    { numRuns: runs },
  );
  expect([...kinds.keys()].sort()).toEqual(['delete', 'edit', 'forge', 'hash', 'swap', 'truncate']);
});

test('a forged tail holds in itself: without a checkpoint it is not found', async () => {
  const forged = tamper(LINES, { kind: 'forge', from: 5 });
  expect(holds(forged)).toBe(true);
  expect((await verifyExport(forged, { after: 0, checkpoints: [], keys: [] })).fault).toBeUndefined();
  expect((await verifyExport(forged, { ...WHOLE, keys: [] })).fault?.position).toBe(10);
});

test('a checkpoint that somebody else signed, or that was changed after, is refused', async () => {
  const [first] = CHECKPOINTS;
  if (first === undefined) throw new Error('no checkpoint');
  const foreign = signCheckpoint({ ...first }, auditKey(Buffer.alloc(32, 8)));
  const later = { ...first, at: '2026-11-24T00:00:00.000Z' };
  for (const [checkpoint, what] of [
    [foreign, 'which was not given'],
    [later, 'is not over what it says'],
  ] as const) {
    const { fault } = await verifyExport(LINES, { ...WHOLE, checkpoints: [checkpoint] });
    expect(fault).toEqual({ position: 10, what: expect.stringContaining(what) });
  }
});

test('a key is derived from the secret alone, and signs what it is asked to and nothing else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(),
      fc.uint8Array(),
      (secret, position, bytes) => {
        const key = auditKey(Buffer.from(secret));
        expect(auditKey(Buffer.from(secret))).toMatchObject({ id: key.id, publicKey: key.publicKey });
        const hash = createHash('sha256').update(bytes).digest('hex');
        const signed = signCheckpoint({ installation: 'i', position, hash, at: '2026-11-23T00:00:00.000Z' }, key);
        const publicKey = createPublicKey(key.publicKey);
        expect(isSignedBy(signed, publicKey)).toBe(true);
        expect(isSignedBy({ ...signed, position: position + 1 }, publicKey)).toBe(false);
        expect(isSignedBy({ ...signed, installation: 'j' }, publicKey)).toBe(false);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  '',
  '{}',
  '{"event":{},"hash":"xx","position":1}',
  `${LINES[0]} `,
  LINES[0]?.replace('"position":1', '"position":01') ?? '',
])('no exported event: %j', (line) => expect(readLine(line)).toBeUndefined());
