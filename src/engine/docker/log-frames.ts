import type { LogLine } from '../engine.ts';

/** A piece of output: one line, or a part of a line longer than the engine's buffer. Begins with a timestamp. */
export interface LogFrame {
  readonly stream: LogLine['stream'];
  readonly bytes: Buffer;
}

const HEADER_BYTES = 8;

/** Splits the engine's multiplexed log stream: frames of stream number, three unused bytes, length (big-endian), bytes. */
export async function* framesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogFrame> {
  let buffer: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    while (buffer.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + buffer.readUInt32BE(4);
      if (buffer.length < end) break;
      yield { stream: buffer[0] === 2 ? 'stderr' : 'stdout', bytes: buffer.subarray(HEADER_BYTES, end) };
      buffer = buffer.subarray(end);
    }
  }
}

/** Joins the parts of long lines, stream by stream. A last line without an end counts. */
export async function* linesOfFrames(frames: AsyncIterable<LogFrame>): AsyncGenerator<LogLine> {
  const open = new Map<LogLine['stream'], Stamp & { parts: Buffer[] }>();
  for await (const { stream, bytes } of frames) {
    const { rest, ...stamp } = splitTimestamp(bytes);
    const line = open.get(stream) ?? { ...stamp, parts: [] };
    const ended = rest.at(-1) === NEWLINE;
    line.parts.push(ended ? rest.subarray(0, -1) : rest);
    open.set(stream, line);
    if (!ended) continue;
    open.delete(stream);
    yield toLine(stream, line);
  }
  for (const [stream, line] of open) yield toLine(stream, line);
}

/** The lines of a terminal's output, which has no frames and ends its lines with carriage return and line feed. */
export async function* terminalLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogLine> {
  let buffer: Buffer = Buffer.alloc(0);
  const line = (bytes: Buffer): LogLine => {
    const { rest, ...stamp } = splitTimestamp(bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes);
    return toLine('stdout', { ...stamp, parts: [rest] });
  };
  for await (const chunk of chunks) {
    buffer = Buffer.concat([buffer, chunk]);
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE)) {
      yield line(buffer.subarray(0, end));
      buffer = buffer.subarray(end + 1);
    }
  }
  if (buffer.length > 0) yield line(buffer);
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

type Stamp = Pick<LogLine, 'at' | 'time'>;

function splitTimestamp(bytes: Buffer): Stamp & { rest: Buffer } {
  const end = bytes.indexOf(SPACE);
  const time = bytes.toString('latin1', 0, Math.max(0, end));
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? { rest: bytes } : { at, time, rest: bytes.subarray(end + 1) };
}

function toLine(stream: LogLine['stream'], { parts, ...stamp }: Stamp & { parts: readonly Buffer[] }): LogLine {
  return { ...stamp, stream, text: Buffer.concat(parts).toString() };
}
