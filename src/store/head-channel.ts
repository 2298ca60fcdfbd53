/** The channel on which every commit tells the log's new head, and which kinds of streams have grown. A hint: readers poll as well. */
export const HEAD_CHANNEL = 'deploy_svc_head';

/** The kinds of the streams of a batch, each once, as its notification tells them after the position. */
export function kindsOf(events: readonly { readonly stream: string }[]): string {
  return [...new Set(events.map(({ stream }) => stream.slice(0, stream.indexOf('/'))))].join(' ');
}

/** The kinds that a notification tells: `1207 replica node`. Undefined: it does not say, and any may have grown. */
export function kindsIn(payload: string): readonly string[] | undefined {
  const [, ...kinds] = payload.split(' ');
  return kinds.length === 0 ? undefined : kinds;
}
