import { PROBE_KINDS, type ProbesSpec } from './spec.ts';

/** Why a probe could never pass, whatever the containers do: it asks at a port that they do not publish. */
export function portProblem(probes: ProbesSpec | undefined, published: readonly number[]): string | undefined {
  for (const kind of PROBE_KINDS) {
    const asked = probes?.[kind]?.http ?? probes?.[kind]?.tcp;
    if (asked === undefined) continue;
    const { port } = asked;
    const has = published.length === 0 ? 'which publishes none' : `which publishes ${published.join(', ')}`;
    if (port === undefined && published.length === 0)
      return `the ${kind} probe asks the first port of the image, ${has}`;
    if (port !== undefined && !published.includes(port)) {
      return `the ${kind} probe asks port ${port} of the image, ${has}: add it to the definition's ports`;
    }
  }
  return undefined;
}
