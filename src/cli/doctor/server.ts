import { formatElapsed } from '../text/duration.ts';
import type { Check } from './check.ts';

const DEADLINE_MS = 5000;
/** The header of an answer tells whole seconds, and the answer takes its time. */
const SKEW_MS = 5000;

/** What a server says of itself without a token. */
export interface Reached {
  readonly checks: readonly Check[];
  readonly answers: boolean;
}

/** Whether the server answers, is of this version and has this time; and whether it can serve. `ours`: this version. */
export async function checkServer(url: string, ours: string): Promise<Reached> {
  const started = Date.now();
  const health = await get(`${url}/healthz`);
  const ended = Date.now();
  if (typeof health === 'string') {
    const mend = 'start one on this machine: npm start; or choose another: oo env ls, oo env select <name>';
    return {
      checks: [{ name: 'server', status: 'fail', found: `no answer from ${url}: ${health}`, mend }],
      answers: false,
    };
  }
  if (!isAlive(health.body)) {
    const found = `${url} answers, and is no Deploy Svc (status ${health.status})`;
    const mend = 'see where the environment points: oo env ls';
    return { checks: [{ name: 'server', status: 'fail', found, mend }], answers: false };
  }
  const found = `${url} answers in ${formatElapsed(ended - started)}`;
  const checks: Check[] = [
    { name: 'server', status: 'ok', found },
    versionCheck(await get(`${url}/openapi.json`), ours),
    clockCheck(health.date, (started + ended) / 2),
    readyCheck(await get(`${url}/readyz`)),
  ];
  return { checks, answers: true };
}

interface Got {
  readonly status: number;
  readonly date: string | null;
  readonly body: unknown;
}

/** The answer, or why there is none. */
async function get(url: string): Promise<Got | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const text = await response.text();
    return { status: response.status, date: response.headers.get('date'), body: parsed(text) };
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error ? cause : (error as Error);
    return reason.message || String((reason as NodeJS.ErrnoException).code);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Another server's page: that it is no JSON is what is to be known.
    return undefined;
  }
}

function isAlive(body: unknown): boolean {
  return (body as { readonly status?: unknown } | undefined)?.status === 'ok';
}

function versionCheck(answer: Got | string, ours: string): Check {
  const name = 'version';
  const document = typeof answer === 'string' ? undefined : answer.body;
  const theirs = (document as { readonly info?: { readonly version?: unknown } } | undefined)?.info?.version;
  if (typeof theirs !== 'string')
    return { name, status: 'skip', found: `oo ${ours}; the server does not tell its own` };
  if (theirs === ours) return { name, status: 'ok', found: `${ours}, as this oo` };
  return {
    name,
    status: 'warn',
    found: `the server is ${theirs}, this oo ${ours}`,
    mend: 'use the oo of that version',
  };
}

function clockCheck(date: string | null, now: number): Check {
  const name = 'clock';
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return { name, status: 'skip', found: 'the server does not tell its time' };
  // Its seconds are cut off: half of one is what they lack on average.
  const skew = theirs + 500 - now;
  if (Math.abs(skew) <= SKEW_MS) return { name, status: 'ok', found: 'agrees with the server to a few seconds' };
  const found = `the server's is ${formatElapsed(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} this one: tokens expire by it`;
  return { name, status: 'warn', found, mend: 'on the machine whose clock is wrong: timedatectl set-ntp true' };
}

function readyCheck(answer: Got | string): Check {
  const name = 'database';
  const body = typeof answer === 'string' ? undefined : answer.body;
  const { checks = {} } = (body ?? {}) as { readonly checks?: Readonly<Record<string, string>> };
  const failing = Object.entries(checks).filter(([, result]) => result !== 'ok');
  if (typeof answer !== 'string' && answer.status === 200 && failing.length === 0) {
    return { name, status: 'ok', found: 'the server can serve' };
  }
  const reasons = failing.map(([check, result]) => `${check}: ${result}`).join('; ');
  const found = typeof answer === 'string' ? answer : reasons || `status ${answer.status}`;
  return {
    name,
    status: 'fail',
    found,
    mend: 'see whether PostgreSQL runs at the DATABASE_URL of the server, and its log',
  };
}
