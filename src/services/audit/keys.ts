import { auditKey, type AuditKey } from '../../domain/audit/checkpoint.ts';
import { DEFAULT_KEY, type KeyRing } from '../../vault/key-ring.ts';

/** The keys that checkpoints may be signed with. */
export interface AuditKeys {
  /** The present one first. */
  readonly all: readonly AuditKey[];
  /** The one of an installation without a key of its own: everybody can sign with it. */
  readonly weak: string;
}

/** Derived from the keys that the installation has and had. */
export function auditKeysOf({ current, known }: KeyRing): AuditKeys {
  const raw = [current, ...known.values()].map((key) => key.raw);
  const all = new Map(raw.map(auditKey).map((key) => [key.id, key]));
  return { all: [...all.values()], weak: auditKey(DEFAULT_KEY).id };
}
