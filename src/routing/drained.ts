/** A router as its row tells it. */
export interface RouterView {
  readonly id: string;
  /** The log's position whose table it has in force. */
  readonly position: number;
  /** It has beaten within its lease. */
  readonly alive: boolean;
  /** `backendKey` -> requests under way at what it sends nothing to any more. */
  readonly inFlight: Readonly<Record<string, number>>;
  /** It cannot tell what is under way: requests get the whole of their time. */
  readonly blind?: boolean;
}

/** A replica that is leaving. */
export interface Leaving {
  /** `backendKey`. */
  readonly key: string;
  /** Of the event that took it out of every table. */
  readonly position: number;
  /** Milliseconds for the requests that it still has. */
  readonly drainMs: number;
  /** How long it has been waited for, in milliseconds. */
  readonly waitedMs: number;
  /** Nobody can reach it any more: its node is lost, or gone. */
  readonly unreachable: boolean;
}

/** How long a router that lives may take to put a removal in force; then whatever it does is not waited for. */
export const ACKNOWLEDGE_MS = 15_000;

export type Verdict =
  /** `againMs`: when it is to be asked again at the latest, if no router says anything before. */
  | { readonly type: 'wait'; readonly againMs: number }
  | {
      readonly type: 'drained';
      readonly acknowledged: readonly string[];
      readonly unheard: readonly { readonly router: string; readonly why: string }[];
      readonly cutOff: number;
    };

/**
 * Whether the container of a replica that leaves may be stopped: every live router has gone past its removal, and either
 * each says that none has requests left there, or their time is over. Routers that are silent past their lease are not waited for, nor is
 * one that lives and does not come past the removal for so long. Once drained it stays so: nothing that routers say later
 * can bring requests back.
 */
export function drainVerdict(leaving: Leaving, routers: readonly RouterView[]): Verdict {
  const { key, position, drainMs, waitedMs, unreachable } = leaving;
  const acknowledged = routers.filter((router) => router.alive && router.position >= position);
  const behind = routers.filter((router) => router.alive && router.position < position);
  const cutOff = acknowledged.reduce((sum, { inFlight }) => sum + (inFlight[key] ?? 0), 0);
  const silent = routers.filter(({ alive }) => !alive).map(({ id: router }) => ({ router, why: 'silent' }));
  if (!unreachable && behind.length > 0 && waitedMs < ACKNOWLEDGE_MS) {
    return { type: 'wait', againMs: ACKNOWLEDGE_MS - waitedMs };
  }
  const blind = acknowledged.filter((router) => router.blind === true);
  if (!unreachable && (cutOff > 0 || blind.length > 0) && waitedMs < drainMs)
    return { type: 'wait', againMs: drainMs - waitedMs };
  const slow = behind.map(({ id: router, position: at }) => {
    const why = unreachable ? 'nothing reaches the replica any more' : `still at position ${at}, before ${position}`;
    return { router, why };
  });
  return { type: 'drained', acknowledged: acknowledged.map(({ id }) => id), unheard: [...silent, ...slow], cutOff };
}
