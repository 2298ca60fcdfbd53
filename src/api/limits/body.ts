import { type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import type { Request, RequestHandler } from 'express';

import { Refusal } from '../../services/refusal.ts';

/**
 * Reads the body as bytes, whatever its type says, up to so many after decompression. What is larger is refused as soon
 * as that is known, and read on into nothing: an answer gets lost on a connection that is cut while the client still writes.
 */
export function readBody(maxBytes: number): RequestHandler {
  return async (request, _response, next) => {
    request.body = await bytesOf(request, maxBytes);
    next();
  };
}

async function bytesOf(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return Buffer.alloc(0);
  try {
    if (announced > maxBytes) throw tooLarge(`${announced} bytes`, maxBytes);
    return await unpacked(request, decoderOf(request.headers['content-encoding']), maxBytes);
  } catch (error) {
    request.resume();
    throw error;
  }
}

function tooLarge(size: string, maxBytes: number): Refusal {
  return new Refusal(413, `the body has ${size}; at most ${maxBytes} are taken (MAX_BODY_BYTES)`);
}

/** Undefined: the body is as it is. */
function decoderOf(encoding = 'identity'): Transform | undefined {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      return createInflate();
    default:
      throw new Refusal(415, 'the content-encoding of the body is none of gzip, br, deflate and identity');
  }
}

function unpacked(request: Request, decoder: Transform | undefined, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const source = decoder === undefined ? request : request.pipe(decoder);
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else reject(tooLarge(`more than ${maxBytes} bytes${decoder === undefined ? '' : ' unpacked'}`, maxBytes));
  };
  const end = (): void => resolve(Buffer.concat(chunks));
  const broken = (): void => reject(new Refusal(400, 'the body is not what its content-encoding says'));
  const cut = (): void => {
    if (!request.complete) reject(new Refusal(400, 'the request ended before its body did'));
  };
  source.on('data', take).once('end', end);
  decoder?.on('error', broken);
  request.once('error', cut).once('close', cut);
  return promise.finally(() => {
    source.off('data', take).off('end', end);
    request.off('close', cut);
    if (decoder === undefined) return;
    request.unpipe(decoder);
    decoder.destroy();
  });
}
