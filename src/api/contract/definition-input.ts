import { z } from 'zod';

import { CLIENT_LANGUAGES } from '../../domain/definition/events.ts';
import { IDENTIFIER } from '../../domain/identifier.ts';
import { partingInput } from './parting-input.ts';
import { surroundingsInput } from './surroundings-input.ts';

const port = z.int().min(1).max(65_535);
const internalPort = port.meta({ description: 'A port that the container listens on.' });
const internalPorts = z
  .array(internalPort)
  .optional()
  .meta({
    description: 'The ports that the container listens on, the main one first. Absent: those of ports.',
    examples: [[8080]],
  });

const image = z.object({
  name: z
    .string()
    .min(1)
    .regex(/^\S+$/)
    .meta({ description: 'The image, with registry and tag where they matter.', examples: ['nginx:1.29'] }),
  internalPorts,
});

const repository = z.object({
  url: z
    .string()
    .min(1)
    .meta({ description: 'Where git finds it.', examples: ['https://github.com/user/repo.git'] }),
  version: z
    .string()
    .optional()
    .meta({
      description: "The branch, tag or commit. Absent: main, or the repository's own default where there is no main.",
      examples: ['v1.2.0'],
    }),
  buildContext: z
    .string()
    .optional()
    .meta({
      description: 'The folder of the repository that the image is built from.',
      default: '.',
      examples: ['backend'],
    }),
  containerFile: z
    .string()
    .optional()
    .meta({
      description: 'The file that says how the image is built.',
      default: 'Dockerfile',
      examples: ['Dockerfile.prod'],
    }),
  internalPorts,
  credentials: z
    .string()
    .optional()
    .meta({
      description:
        'The secret that lets into a private repository: a token, or a private key. It is shown to nobody again.',
      examples: ['{{secret:repository-token}}'],
    }),
  ports: z
    .array(internalPort)
    .optional()
    .meta({ description: 'The older name of internalPorts.', deprecated: true, examples: [[8080]] }),
});

const mapping = z.strictObject({
  internal: port.meta({ description: 'The port that the container listens on.', examples: [8080] }),
  host: port.meta({
    description: 'The port of the node that leads to it: one replica fits each node then.',
    examples: [8887],
  }),
});

const variable = z.strictObject({
  key: z
    .string()
    .min(1)
    .meta({ description: 'The name of the variable.', examples: ['PORT'] }),
  value: z.string().meta({
    description: 'Its value where the deployment does not say another; {{secret:name}} and {{env:NAME}} are filled in.',
    examples: ['8080'],
  }),
});

const apiSpec = z.strictObject({
  url: z
    .string()
    .optional()
    .meta({ description: 'Where it can be read.', examples: ['https://shop.example/openapi.json'] }),
  protocolType: z
    .string()
    .optional()
    .meta({ description: 'What kind it is.', examples: ['OpenAPI'] }),
  version: z
    .string()
    .optional()
    .meta({ description: 'Its version.', examples: ['3.1.0'] }),
  metadata: z
    .record(z.string(), z.string().meta({ description: 'What the note says.' }))
    .optional()
    .meta({ description: 'Notes on it.', examples: [{ team: 'shop' }] }),
});

const client = z.strictObject({
  language: z.enum(CLIENT_LANGUAGES).meta({ description: 'The language that it is for.', examples: ['TypeScript'] }),
  url: z
    .string()
    .min(1)
    .meta({ description: 'Where it is found.', examples: ['https://npmjs.com/package/shop'] }),
});

/** A definition as it is written: `internalPorts` may be left out where `ports` says them; `repository.ports` is its older name. */
export const definitionInput = z
  .strictObject({
    id: z
      .string()
      .regex(IDENTIFIER)
      .meta({ description: 'Deployments refer to it as definitionId.', examples: ['def_shop'] }),
    image: image.optional().meta({ description: 'An image that exists.' }),
    repository: repository.optional().meta({ description: 'A repository that an image is built from.' }),
    ports: z
      .array(mapping.meta({ description: 'One port.' }))
      .optional()
      .meta({ description: 'Ports of the node that are fixed. Those that are not here are assigned by the engine.' }),
    envars: z
      .array(variable.meta({ description: 'One variable.' }))
      .optional()
      .meta({ description: 'Variables of the environment that it needs, with what they are by default.' }),
    apiSpecs: z
      .array(apiSpec.meta({ description: 'One description.' }))
      .optional()
      .meta({ description: 'Descriptions of the API that it serves.' }),
    clients: z
      .array(client.meta({ description: 'One client.' }))
      .optional()
      .meta({ description: 'Clients of its API.' }),
    strategy: z
      .strictObject(partingInput)
      .optional()
      .meta({ description: 'What its replicas are given when they go, where a deployment does not say its own.' }),
    ...surroundingsInput,
  })
  .meta({
    description: 'What to run: an image, or a repository that one is built from, with its ports and environment.',
    'x-exactly-one-of': ['image', 'repository'],
  });
export type DefinitionInput = z.infer<typeof definitionInput>;
