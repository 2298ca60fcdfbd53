import { shown, type Input } from '../input.ts';
import { isWrong, textOf, type Bounds } from '../input-value.ts';
import { PROBE_KINDS, type ProbeKind, type ProbeSpec, type ProbesSpec } from './spec.ts';

export const PORT: Bounds = { min: 1, max: 65_535 };
const SECONDS: Bounds = { min: 1, max: 3_600 };
const THRESHOLD: Bounds = { min: 1, max: 100 };
const CHECKS = ['http', 'tcp', 'exec'] as const;
const EXAMPLE = 'http: {path: "/healthz"}';

/** The `probes` of a deployment or a definition. */
export function probesOf(input: Input | undefined): ProbesSpec | undefined {
  if (input === undefined) return undefined;
  return Object.fromEntries(PROBE_KINDS.map((kind) => [kind, probeOf(input.object(kind), kind)]));
}

function probeOf(input: Input | undefined, kind: ProbeKind): ProbeSpec | undefined {
  if (input === undefined) return undefined;
  const given = CHECKS.filter((check) => input.has(check));
  if (given.length !== 1) {
    const what = given.length === 0 ? 'says nothing to ask' : `says ${given.join(' and ')}`;
    input.problem(given[1] ?? 'http', `the probe ${what}`, `exactly one of http, tcp and exec: ${EXAMPLE}`);
  }
  const successThreshold = input.integer('successThreshold', THRESHOLD);
  if (kind !== 'ready' && successThreshold !== undefined && successThreshold !== 1) {
    input.problem('successThreshold', `is ${successThreshold}, and a ${kind} probe passes at once`, 'leave it out');
  }
  return {
    http: httpOf(input.object('http')),
    tcp: tcpOf(input.object('tcp')),
    exec: execOf(input.object('exec')),
    periodSeconds: input.integer('periodSeconds', SECONDS),
    timeoutSeconds: input.integer('timeoutSeconds', SECONDS),
    failureThreshold: input.integer('failureThreshold', THRESHOLD),
    successThreshold,
  };
}

function httpOf(input: Input | undefined): ProbeSpec['http'] {
  return input && { path: urlPathOf(input), port: input.integer('port', PORT) };
}

/** The `path` that is asked for. */
export function urlPathOf(input: Input): string {
  const path = input.requiredText('path', 'path: "/healthz"');
  if (path !== '' && !/^\/[\x21-\x7e]*$/.test(path)) {
    input.problem('path', `${shown(path)} is no path of a URL`, 'it begins with "/" and has no spaces: "/healthz"');
  }
  return path;
}

function tcpOf(input: Input | undefined): ProbeSpec['tcp'] {
  return input && { port: input.integer('port', PORT) };
}

function execOf(input: Input | undefined): ProbeSpec['exec'] {
  if (input === undefined) return undefined;
  const given = input.raw('command');
  const words = Array.isArray(given) ? given.map(textOf) : [];
  const bad = words.find(isWrong);
  if (bad !== undefined) input.problem('command', bad.wrong, bad.hint);
  else if (words.length === 0) {
    const hint = 'a list of words, without a shell around it: ["test", "-f", "/tmp/ready"]';
    input.problem('command', given === undefined ? 'is required' : `${shown(given)} is no command`, hint);
  }
  return { command: words.filter((word): word is string => typeof word === 'string') };
}
