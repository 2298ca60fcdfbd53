import { SourceError } from './source-error.ts';

/** The same bytes, as long as they are no more than that. Throws SourceError `too-large`. */
export async function* bounded(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.length;
    if (sent > maxBytes) throw new SourceError('too-large', `the build context is larger than ${maxBytes} bytes`);
    yield chunk;
  }
}
