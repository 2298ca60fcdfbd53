import type { DifferenceView } from '../../api/contract/difference.ts';
import { type Difference, differenceOf } from '../../domain/difference/difference.ts';
import { DIFFERENCE_KINDS, type DifferenceKind } from '../../domain/difference/faces.ts';
import type { Db } from '../../postgres/database.ts';
import { type Between, readBetween } from '../../store/between.ts';
import type { ProjectionName } from '../../store/projection.ts';
import type { Handlers } from '../handler.ts';
import { toChangeView } from '../history/view.ts';
import { type Moments, positionOfMoment } from '../moment.ts';

/** Differences in one answer, unless the caller asks for another number. */
const MOST = 10_000;

/** Whose rows are compared. The stream of each has the name of the kind. */
const ROWS = {
  node: 'nodes',
  definition: 'definitions',
  deployment: 'deployments',
  replica: 'replicas',
  route: 'routes',
  secret: 'secrets',
  config: 'configs',
} as const satisfies Record<DifferenceKind, ProjectionName>;

/** What differs between two moments of the log. */
export function differenceService({ store, db }: { readonly store: Moments; readonly db: Db }): Handlers<'diffFleet'> {
  return {
    async diffFleet({ query: { from: given, to: until, of, limit = MOST } }) {
      const from = await positionOfMoment(store, 'from', given);
      const to = until === undefined ? await store.head() : await positionOfMoment(store, 'to', until);
      const all = (await differences(db, from, to)).filter(({ concerns }) => of === undefined || concerns.includes(of));
      const shown = all.slice(0, limit).map(toView);
      return { body: { from, to, differences: shown, omitted: all.length - shown.length } };
    },
  };
}

/** Also backwards: what came between them has gone then. */
async function differences(db: Db, from: number, to: number): Promise<readonly Difference[]> {
  const owned = DIFFERENCE_KINDS.map((kind) => ({ stream: kind, projection: ROWS[kind] }));
  const rows = await readBetween(db, owned, { from: Math.min(from, to), to: Math.max(from, to) });
  const turned = ({ id, before, after }: Between): Between =>
    from <= to ? { id, before, after } : { id, before: after, after: before };
  return DIFFERENCE_KINDS.flatMap((kind) =>
    (rows.get(ROWS[kind]) ?? [])
      .flatMap((pair) => differenceOf(kind, turned(pair)) ?? [])
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

function toView({ kind, id, change, text, fields }: Difference): DifferenceView {
  return { kind, id, change, text: [...text], fields: fields.map(toChangeView) };
}
