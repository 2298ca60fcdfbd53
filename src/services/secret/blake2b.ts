const MASK = (1n << 64n) - 1n;
const BLOCK = 128;
const ROUNDS = 12;
/** RFC 7693, section 2.6: those of SHA-512. */
const IV = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
] as const;
/** RFC 7693, section 2.7: the order in which the words of a block are taken, in hex. */
const ORDER = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
] as const;
/** The words of the state that are mixed with each other: columns, then diagonals. */
const MIXED = ['048c', '159d', '26ae', '37bf', '05af', '16bc', '278d', '349e'] as const;

/** BLAKE2b (RFC 7693) without key, in hex. Node's OpenSSL has it with 64 bytes only. */
export function blake2b(text: string, bytes: number): string {
  const input = Buffer.from(text);
  const state: bigint[] = [...IV];
  state[0] = (state[0] ?? 0n) ^ 0x01010000n ^ BigInt(bytes);
  const blocks = Math.max(1, Math.ceil(input.length / BLOCK));
  for (let index = 0; index < blocks; index += 1) {
    const block = Buffer.alloc(BLOCK);
    input.copy(block, 0, index * BLOCK);
    const last = index === blocks - 1;
    compress(state, block, BigInt(last ? input.length : (index + 1) * BLOCK), last);
  }
  const digest = Buffer.alloc(64);
  for (const [index, word] of state.entries()) digest.writeBigUInt64LE(word, index * 8);
  return digest.toString('hex', 0, bytes);
}

function compress(state: bigint[], block: Buffer, count: bigint, last: boolean): void {
  const v: bigint[] = [...state, ...IV];
  v[12] = at(v, 12) ^ count;
  if (last) v[14] = at(v, 14) ^ MASK;
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = ORDER[round % ORDER.length] ?? '';
    for (const [index, words] of MIXED.entries()) {
      const [x, y] = [2 * index, 2 * index + 1].map((place) =>
        block.readBigUInt64LE(8 * Number.parseInt(order[place] ?? '0', 16)),
      );
      mix(v, words, x ?? 0n, y ?? 0n);
    }
  }
  for (const index of state.keys()) state[index] = at(state, index) ^ at(v, index) ^ at(v, index + 8);
}

function mix(v: bigint[], words: string, x: bigint, y: bigint): void {
  const [a = 0, b = 0, c = 0, d = 0] = words.split('').map((word) => Number.parseInt(word, 16));
  for (const [input, first, second] of [
    [x, 32n, 24n],
    [y, 16n, 63n],
  ] as const) {
    v[a] = (at(v, a) + at(v, b) + input) & MASK;
    v[d] = rotated(at(v, d) ^ at(v, a), first);
    v[c] = (at(v, c) + at(v, d)) & MASK;
    v[b] = rotated(at(v, b) ^ at(v, c), second);
  }
}

function rotated(word: bigint, by: bigint): bigint {
  return ((word >> by) | (word << (64n - by))) & MASK;
}

function at(words: readonly bigint[], index: number): bigint {
  return words[index] ?? 0n;
}
