import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decideRollback } from '../../src/domain/deployment/decide-rollback.ts';
import { decideSaveDeployment } from '../../src/domain/deployment/decide.ts';
import { deriveTemplate, fingerprintOf } from '../../src/domain/deployment/derive-template.ts';
import { type DeploymentEvent, type DeploymentState, evolveDeployment } from '../../src/domain/deployment/evolve.ts';
import { parseDeployment } from '../../src/domain/deployment/parse.ts';
import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { Template } from '../../src/domain/template.ts';
import type { Snapshot } from '../../src/planner/snapshot.ts';
import { targetOf, type Target } from '../../src/planner/target.ts';

const DEF = 'def';
interface World {
  state: DeploymentState;
  image: string;
  secret: string;
}

function apply(world: World, events: readonly DeploymentEvent[]): void {
  for (const event of events) world.state = evolveDeployment(world.state, event, 0) ?? world.state;
}

/** What the planner would converge on; a new revision is carried out. */
function plan(world: World): Template {
  const definition = { spec: { id: DEF, image: { name: world.image, internalPorts: [80] } }, deleted: false };
  const secrets = { S: world.secret };
  const snapshot = { deployment: world.state, definition, secrets, earlier: [], replicas: [], nodes: [] };
  const target = targetOf(snapshot as unknown as Snapshot) as Target;
  for (const action of target.revise) {
    if (action.type !== 'revise') continue;
    const { revision, template, fingerprint } = action;
    apply(world, [{ type: 'RevisionCreated', data: { deploymentId: 'd', revision, template, fingerprint } }]);
  }
  return target.template;
}

const spec = (cpu: string, mode: string): DeploymentSpec =>
  parseDeployment({ id: 'd', definitionId: DEF, resources: { cpu }, envars: { MODE: mode, P: '{{secret:S}}' } }, 'd');
const step = fc.oneof(
  fc.record({ cpu: fc.constantFrom('1', '2'), mode: fc.constantFrom('a', 'b') }),
  fc.record({ image: fc.constantFrom('web:1', 'web:2', 'web:3') }),
);

test('after any history, going back to a revision gives its template, whatever the definition says, until the next save', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(), (steps, which) => {
      const first = { type: 'DeploymentSaved' as const, data: { deploymentId: 'd', spec: spec('1', 'a') } };
      const state = evolveDeployment(undefined, first, 0);
      if (state === undefined) throw new Error('a save makes a state');
      const world: World = { state, image: 'web:0', secret: 'f0' };
      const made = new Map<number, { spec: DeploymentSpec; template: Template }>();
      const note = (): void => {
        const template = plan(world);
        made.set(world.state.revision, { spec: world.state.spec, template });
      };
      note();
      for (const each of steps) {
        if ('image' in each) world.image = each.image;
        else apply(world, decideSaveDeployment(world.state, spec(each.cpu, each.mode)));
        note();
      }
      const revision = 1 + (which % world.state.revision);
      const earlier = made.get(revision);
      if (earlier === undefined || revision === world.state.revision) return;
      const before = world.state.revision;
      const template = { ...earlier.template, image: `web@sha256:${revision}` };
      apply(
        world,
        decideRollback(world.state, { revision, spec: earlier.spec, template }, { by: 'user/ann', reason: 'slow' }),
      );
      expect(plan(world)).toEqual(template);
      expect(world.state.revision).toBe(before + 1);
      expect(world.state.spec).toEqual(earlier.spec);
      // Another definition, another count or a second look changes nothing.
      world.image = 'web:9';
      apply(world, [
        {
          type: 'DeploymentSaved',
          data: { deploymentId: 'd', spec: { ...world.state.spec, replicas: 7 }, scaled: true },
        },
      ]);
      expect(plan(world)).toEqual(template);
      expect(world.state.revision).toBe(before + 1);
      // A secret of today is used, not that of then.
      world.secret = 'f1';
      expect(plan(world)).toEqual({ ...template, secrets: { S: 'f1' } });
      // The same spec saved again ends it.
      apply(world, decideSaveDeployment(world.state, world.state.spec));
      const definition = { id: DEF, image: { name: 'web:9', internalPorts: [80] } };
      const derived = deriveTemplate(world.state.spec, definition, { S: 'f1' });
      expect({ template: plan(world) }).toEqual(derived);
      expect(world.state.fingerprint).toBe('template' in derived ? fingerprintOf(derived.template) : '');
    }),
  );
});
