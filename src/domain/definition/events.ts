import { z } from 'zod';

import { containerSettings } from '../container/settings.ts';
import { probesSpec } from '../probe/spec.ts';
import { partingSpec } from '../replica/parting.ts';

/** Languages that a client of a service may be written in. The names are case-sensitive. */
export const CLIENT_LANGUAGES = [
  'JavaScript',
  'Python',
  'Java',
  'C#',
  'C++',
  'Ruby',
  'Go',
  'Swift',
  'PHP',
  'TypeScript',
  'Kotlin',
  'Scala',
  'Perl',
  'Rust',
  'Haskell',
  'Clojure',
  'Elixir',
  'Objective-C',
  'F#',
] as const;

const environment = z.array(z.object({ key: z.string(), value: z.string() }));

/** What to run: exactly one of `image` and `repository`. */
export const definitionSpec = z.object({
  id: z.string(),
  image: z.object({ name: z.string(), internalPorts: z.array(z.number().int()) }).optional(),
  repository: z
    .object({
      url: z.string(),
      version: z.string().optional(),
      buildContext: z.string().optional(),
      containerFile: z.string().optional(),
      internalPorts: z.array(z.number().int()),
      /** Name of the secret that lets into a private repository. */
      credentials: z.string().optional(),
    })
    .optional(),
  ports: z.array(z.object({ internal: z.number().int(), host: z.number().int() })).optional(),
  envars: environment.optional(),
  ...containerSettings,
  apiSpecs: z
    .array(
      z.object({
        url: z.string().optional(),
        protocolType: z.string().optional(),
        version: z.string().optional(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
  clients: z.array(z.object({ language: z.enum(CLIENT_LANGUAGES), url: z.string() })).optional(),
  /** Those of its deployments that do not say their own. */
  probes: probesSpec.optional(),
  /** What replicas of its deployments are given when they go, where those do not say their own. */
  strategy: z.object(partingSpec).optional(),
});
export type DefinitionSpec = z.infer<typeof definitionSpec>;

export const definitionEvents = {
  DefinitionSaved: z.object({ definitionId: z.string(), spec: definitionSpec }),
  DefinitionDeleted: z.object({ definitionId: z.string() }),
} as const;
