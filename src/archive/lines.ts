import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** What gzip begins with (RFC 1952). */
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * The lines of a file, gunzipped when it is gzip. Only a line feed ends a line: canonical JSON may hold the other characters that
 * readers of lines take for an end. `tap` is given the bytes of the file as they are read. Throws what the file system or gzip says.
 */
export async function* linesOf(input: string | Readable, tap?: Hash): AsyncGenerator<string, void> {
  const source = typeof input === 'string' ? createReadStream(input, { highWaterMark: 256 * 1024 }) : input;
  let rest = '';
  for await (const text of texts(source, tap)) {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}

async function* texts(source: Readable, tap: Hash | undefined): AsyncGenerator<string, void> {
  const bytes = tapped(source, tap);
  const first = await bytes.next();
  if (first.done === true) return;
  const all = resumed(first.value, bytes);
  const decoder = new TextDecoder();
  const plain = first.value.subarray(0, 2).equals(GZIP) ? gunzipped(all) : all;
  for await (const chunk of plain) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function* tapped(source: Readable, tap: Hash | undefined): AsyncGenerator<Buffer, void> {
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    tap?.update(bytes);
    yield bytes;
  }
}

async function* resumed(first: Buffer, rest: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  yield first;
  yield* rest;
}

function gunzipped(bytes: AsyncGenerator<Buffer, void>): AsyncIterable<Buffer> {
  // What fails ends the stream that is read from, with that error.
  return pipeline(bytes, createGunzip(), () => undefined);
}
