import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { framesOf, linesOfFrames, terminalLines } from './log-frames.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const AT = '2030-01-02T03:04:05.678901234Z';

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let begin = 0;
  for (const size of sizes) {
    yield bytes.subarray(begin, begin + size);
    begin += size;
  }
  yield bytes.subarray(begin);
}

const frame = (stream: 1 | 2, text: string): Buffer => {
  const content = Buffer.from(`${AT} ${text}`);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
};

describe('log frames', () => {
  it('come out as lines however the bytes are cut', async () => {
    const line = fc.record({
      stream: fc.constantFrom(1 as const, 2 as const),
      text: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(40)), async (lines, sizes) => {
        const bytes = Buffer.concat(lines.map(({ stream, text }) => frame(stream, `${text}\n`)));
        const result = await collect(linesOfFrames(framesOf(inPieces(bytes, sizes))));
        const at = new Date(AT);
        expect(result).toEqual(
          lines.map(({ stream, text }) => ({ at, time: AT, stream: stream === 1 ? 'stdout' : 'stderr', text })),
        );
      }),
    );
  });

  it('join the parts of a line, stream by stream, and keep a last line without an end', async () => {
    const bytes = Buffer.concat([frame(1, 'one '), frame(2, 'error\n'), frame(1, 'line\n'), frame(1, 'rest')]);
    const result = await collect(linesOfFrames(framesOf(inPieces(bytes, []))));
    expect(result.map(({ stream, text }) => `${stream} ${text}`)).toEqual([
      'stderr error',
      'stdout one line',
      'stdout rest',
    ]);
  });

  it('are not needed for a terminal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40)), async (sizes) => {
        const bytes = Buffer.from(`${AT} first line\r\n${AT} zweite – Zeile\r\nno time\r\n${AT} rest`);
        const result = await collect(terminalLines(inPieces(bytes, sizes)));
        const at = new Date(AT);
        expect(result).toEqual([
          { at, time: AT, stream: 'stdout', text: 'first line' },
          { at, time: AT, stream: 'stdout', text: 'zweite – Zeile' },
          { stream: 'stdout', text: 'no time' },
          { at, time: AT, stream: 'stdout', text: 'rest' },
        ]);
      }),
    );
  });
});
