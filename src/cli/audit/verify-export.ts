import { createPublicKey, type KeyObject } from 'node:crypto';

import { isSignedBy, keyId, type Checkpoint } from '../../domain/audit/checkpoint.ts';
import { type ChainState, CHAIN_START, followChain, readLine } from '../../domain/audit/export-line.ts';

/** What an export was found to be. */
export interface ExportVerdict {
  readonly events: number;
  readonly last: ChainState;
  /** Checkpoints that lie in it and hold. */
  readonly checkpoints: number;
  readonly fault?: { readonly position: number; readonly what: string };
}

export interface Evidence {
  /** The export begins after this position; 0: with the log. */
  readonly after: number;
  readonly checkpoints: readonly Checkpoint[];
  /** Public keys that may have signed them; without any, signatures are not looked at. */
  readonly keys: readonly KeyObject[];
}

/**
 * Verifies the lines of an export with nothing but them and the evidence. Of one that begins later than the log, the first
 * line is held against a checkpoint right before it, where there is one, and taken as it is otherwise. Stops at the first fault.
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  evidence: Evidence,
): Promise<ExportVerdict> {
  const signed = new Map(evidence.checkpoints.map((each) => [each.position, each]));
  let state = startOf(evidence);
  let [events, checkpoints] = [0, 0];
  const verdict = (fault?: ExportVerdict['fault']): ExportVerdict => ({
    events,
    last: state,
    checkpoints,
    ...(fault === undefined ? {} : { fault }),
  });
  for await (const line of lines) {
    const event = readLine(line);
    if (event === undefined)
      return verdict({ position: state.position + 1, what: `line ${events + 1} is no exported event` });
    const step = followChain(state, event);
    if ('broken' in step) return verdict({ position: state.position + 1, what: step.broken });
    state = step.next;
    events += 1;
    const checkpoint = signed.get(event.position);
    const what = checkpoint && checkpointFault(checkpoint, event.hash, evidence.keys);
    if (what !== undefined) return verdict({ position: event.position, what });
    if (checkpoint !== undefined) checkpoints += 1;
  }
  const end = state.position;
  const beyond = evidence.checkpoints.find(({ position }) => position > end);
  return beyond === undefined
    ? verdict()
    : verdict({ position: end + 1, what: `the export ends here, and a checkpoint was signed at ${beyond.position}` });
}

function startOf({ after, checkpoints }: Evidence): ChainState {
  if (after === 0) return CHAIN_START;
  const before = checkpoints.find(({ position }) => position === after);
  return { position: after, hash: before && Buffer.from(before.hash, 'hex') };
}

/** What is wrong with a checkpoint, given the hash at its position; without keys its signature is not looked at. */
export function checkpointFault(checkpoint: Checkpoint, hash: string, keys: readonly KeyObject[]): string | undefined {
  if (checkpoint.hash !== hash) return 'the checkpoint was signed for another history';
  if (keys.length === 0) return undefined;
  const key = keys.find((each) => keyId(each) === checkpoint.keyId);
  if (key === undefined) return `the checkpoint is signed with the key ${checkpoint.keyId}, which was not given`;
  return isSignedBy(checkpoint, key) ? undefined : 'the signature of the checkpoint is not over what it says';
}

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** Every public key in a PEM text. */
export function publicKeysIn(pem: string): readonly KeyObject[] {
  return [...pem.matchAll(PEM)].map(([text]) => createPublicKey(text));
}
