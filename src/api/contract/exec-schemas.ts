import { z } from 'zod';

const MAX_ARGUMENT = 131_072;
const text = z.string().max(MAX_ARGUMENT);
const size = z.int().min(1).max(10_000);

/** What to run in a container: argv, without a shell around it. */
export const command = z
  .array(text)
  .min(1)
  .max(1_000)
  .meta({ description: 'The program, which may not be empty, and its arguments.' });

const surroundings = {
  command,
  env: z.record(z.string().regex(/^[^=\0]+$/, 'is no name of a variable'), text).optional(),
  /** In the container: a name or a number, `user:group`. */
  user: z.string().max(200).optional(),
  workingDirectory: z.string().max(4_096).optional(),
};

/** A command that is run to its end. */
export const execInput = z.strictObject({
  ...surroundings,
  timeoutSeconds: z.int().min(1).max(600).optional(),
});

/** The first message of a session. */
export const sessionStart = z.strictObject({
  ...surroundings,
  tty: z.boolean(),
  stdin: z.boolean(),
  columns: size.optional(),
  rows: size.optional(),
});
export type SessionStart = z.infer<typeof sessionStart>;

/** Where it runs. */
export const execPlace = z.strictObject({
  deploymentId: z.string(),
  replicaId: z.string(),
  generation: z.int(),
  nodeId: z.string(),
  containerId: z.string(),
});
export type ExecPlace = z.infer<typeof execPlace>;

export const execAnswer = z.strictObject({
  ...execPlace.shape,
  /** Absent: it has not ended in time, and goes on. 126 or 127: it could not be run. */
  exitCode: z.int().optional(),
  stdout: z.string(),
  stderr: z.string(),
  /** It said more than is kept. */
  truncated: z.boolean().optional(),
});

export const terminalSize = z.strictObject({ columns: size, rows: size });
