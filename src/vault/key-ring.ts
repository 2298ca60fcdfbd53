import { createHmac, hkdfSync } from 'node:crypto';

/** The key of an installation that has set none: everybody knows it. Clients of the contract seal with it by default. */
export const DEFAULT_KEY = Buffer.from('changeMeToSomethingSecureForReal');

/** One master key and what is derived from it. */
export interface MasterKey {
  /** Tells keys apart without telling anything of them. */
  readonly id: string;
  /** Seals the keys of values. */
  readonly wrapping: Buffer;
  /** Seals values on their way from and to clients. */
  readonly transport: Buffer;
  /** The key itself: what clients of the contract seal with. */
  readonly raw: Buffer;
}

/** The keys that this process knows. */
export interface KeyRing {
  /** Everything new is sealed with it. */
  readonly current: MasterKey;
  /** By id; the current one, earlier ones and the default. */
  readonly known: ReadonlyMap<string, MasterKey>;
  /** False while the key is the one that everybody knows. */
  readonly isSecure: boolean;
}

/** 32 bytes each. `previous`: what is sealed with them is still opened, and sealed anew at the start. */
export function keyRing(current: Buffer = DEFAULT_KEY, previous: readonly Buffer[] = []): KeyRing {
  const keys = [current, ...previous, DEFAULT_KEY].map(masterKey);
  const first = masterKey(current);
  return {
    current: first,
    known: new Map(keys.map((key) => [key.id, key])),
    isSecure: !current.equals(DEFAULT_KEY),
  };
}

function masterKey(raw: Buffer): MasterKey {
  // One purpose, one key (RFC 5869).
  const derived = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', raw, '', `deploy-svc/secrets/${purpose}/v1`, 32));
  const id = createHmac('sha256', raw).update('deploy-svc/secrets/key-id/v1').digest('hex').slice(0, 16);
  return { id, wrapping: derived('wrapping'), transport: derived('transport'), raw };
}
