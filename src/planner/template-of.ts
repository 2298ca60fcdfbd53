import type { Template } from '../domain/template.ts';
import type { Snapshot } from './snapshot.ts';

/** What the containers of a revision are made from. Throws when the snapshot does not hold it. */
export function templateOf({ deployment, earlier }: Snapshot, revision: number): Template {
  const own = revision === deployment.revision ? deployment : earlier.find((each) => each.revision === revision);
  if (own?.template === undefined) throw new Error(`revision ${revision} of ${deployment.id} is not in the snapshot`);
  return own.template;
}
