import type { PullProgress } from '../engine.ts';

/** One message of the engine about a pull. */
export interface PullMessage {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** Sums the layers' downloads. Extraction tells sizes of its own, which would make the sum jump back. */
export function createPullProgress(): (message: PullMessage) => PullProgress {
  const layers = new Map<string, { current: number; total: number }>();
  return (message) => {
    const { id, status = '', progressDetail } = message;
    const layer = id === undefined ? undefined : layers.get(id);
    if (id !== undefined && status === 'Downloading' && progressDetail?.total !== undefined) {
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    } else if (layer !== undefined && (status === 'Download complete' || status === 'Pull complete')) {
      layer.current = layer.total;
    }
    const text = id === undefined ? status : `${id}: ${status}`;
    if (layers.size === 0) return { status: text };
    const sum = (pick: (layer: { current: number; total: number }) => number): number =>
      layers.values().reduce((total, each) => total + pick(each), 0);
    return { status: text, current: sum((each) => each.current), total: sum((each) => each.total) };
  };
}
