import canonicalize from 'canonicalize';

/** True when both say the same: the order of keys and fields that are undefined make no difference. */
export function isSame(left: unknown, right: unknown): boolean {
  return canonicalize(left) === canonicalize(right);
}
