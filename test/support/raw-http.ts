import { connect, type Socket } from 'node:net';

/** A connection over which a test writes what no client would. */
export interface RawConnection extends AsyncDisposable {
  readonly socket: Socket;
  write(text: string | Uint8Array): void;
  /** Everything that was answered, once the server has closed the connection. Throws when it has not within 15 s. */
  closed(): Promise<string>;
  /** What was answered until this matches. Throws when the connection ends before, or nothing comes for 15 s. */
  until(pattern: RegExp): Promise<string>;
}

const DEADLINE_MS = 15_000;

export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let text = '';
  let over = false;
  const changed = new EventTarget();
  const tell = (): void => void changed.dispatchEvent(new Event('change'));
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    tell();
  });
  // A reset by the server is an end like another: what was answered before is what counts.
  socket
    .on('error', () => undefined)
    .on('close', () => {
      over = true;
      tell();
    });
  const wait = (what: string, holds: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what}: not within ${DEADLINE_MS} ms; got ${text}`)),
        DEADLINE_MS,
      );
      const look = (): void => {
        if (!holds() && !over) return;
        clearTimeout(timer);
        changed.removeEventListener('change', look);
        if (holds()) resolve(text);
        else reject(new Error(`${what}: the connection is closed; got ${text}`));
      };
      changed.addEventListener('change', look);
      look();
    });
  return {
    socket,
    write: (content) => void socket.write(content),
    closed: () => wait('the end', () => over),
    until: (pattern) => wait(String(pattern), () => pattern.test(text)),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** What command lines show who show nothing else. */
  readonly reason: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends these bytes on a connection of their own and reads until the server closes it: say `Connection: close` in them. */
export async function sendRaw(url: string, bytes: string): Promise<RawAnswer> {
  await using connection = await rawConnection(url);
  connection.write(bytes);
  return parsed(await connection.closed());
}

/** The one answer that the text is, with its JSON body. */
export function answerIn(text: string): Omit<RawAnswer, 'body'> & { readonly json: unknown } {
  const { body, ...answer } = parsed(text);
  return { ...answer, json: JSON.parse(body) };
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first) ?? [];
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(status), reason, headers, body: text.slice(end + 4) };
}
