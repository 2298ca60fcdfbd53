import type { Command } from 'commander';

/** A top-level command, with what the help of all needs; the rest of it is loaded when it is used. */
export interface Group {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** Adds its arguments, options, subcommands and actions. */
  readonly load: (command: Command) => Promise<void>;
}

/** All top-level commands in the order of the help. */
export const GROUPS: readonly Group[] = [
  {
    name: 'deployment',
    aliases: ['depl', 'deployments'],
    summary: 'save, list, watch and remove deployments',
    load: async (command) => (await import('./commands/deployment.ts')).defineDeployment(command),
  },
  {
    name: 'definition',
    aliases: ['def', 'definitions'],
    summary: 'what deployments run: images and repositories',
    load: async (command) => (await import('./commands/definition.ts')).defineDefinition(command),
  },
  {
    name: 'node',
    aliases: ['n', 'nodes'],
    summary: 'the engines that containers run on',
    load: async (command) => (await import('./commands/node.ts')).defineNode(command),
  },
  {
    name: 'worker',
    aliases: ['w', 'workers'],
    summary: 'the processes that carry out the work',
    load: async (command) => (await import('./commands/worker.ts')).defineWorker(command),
  },
  {
    name: 'instance',
    aliases: ['i', 'instances'],
    summary: 'the running services and their health',
    load: async (command) => (await import('./commands/instance.ts')).defineInstance(command),
  },
  {
    name: 'secret',
    aliases: ['s', 'secrets'],
    summary: 'values that containers are given and the log never sees',
    load: async (command) => (await import('./commands/secret.ts')).defineSecret(command),
  },
  {
    name: 'config',
    aliases: ['co', 'configs'],
    summary: 'what services are set up with, per app and branch',
    load: async (command) => (await import('./commands/config.ts')).defineConfig(command),
  },
  {
    name: 'describe',
    aliases: [],
    summary: 'one page about whatever has an id: state, decision, events, what to do next',
    load: async (command) => (await import('./commands/describe.ts')).defineDescribe(command),
  },
  {
    name: 'top',
    aliases: [],
    summary: 'what replicas, deployments and nodes use, beside what is requested',
    load: async (command) => (await import('./commands/top.ts')).defineTop(command),
  },
  {
    name: 'logs',
    aliases: ['log'],
    summary: 'what containers say: of all replicas, as it is said, or of what has failed',
    load: async (command) => (await import('./commands/logs.ts')).defineLogs(command),
  },
  {
    name: 'exec',
    aliases: [],
    summary: 'run a command in a container: a shell, or anything it has',
    load: async (command) => (await import('./commands/exec.ts')).defineExec(command),
  },
  {
    name: 'events',
    aliases: [],
    summary: 'every decision and what came of it, as it happens',
    load: async (command) => (await import('./commands/events.ts')).defineEvents(command),
  },
  {
    name: 'env',
    aliases: ['e', 'environment', 'environments'],
    summary: 'the servers that this command line knows',
    load: async (command) => (await import('./commands/env.ts')).defineEnv(command),
  },
  {
    name: 'login',
    aliases: [],
    summary: 'log in to the server',
    load: async (command) => (await import('./commands/login.ts')).defineLogin(command),
  },
  {
    name: 'register',
    aliases: [],
    summary: 'make an account and log in',
    load: async (command) => (await import('./commands/login.ts')).defineRegister(command),
  },
  {
    name: 'whoami',
    aliases: [],
    summary: 'who is logged in',
    load: async (command) => (await import('./commands/whoami.ts')).defineWhoami(command),
  },
  {
    name: 'token',
    aliases: [],
    summary: 'print the token that calls are made with',
    load: async (command) => (await import('./commands/whoami.ts')).defineToken(command),
  },
  // Their arguments are free, so they are taken apart before the others; here they stand for the help alone.
  ...(['get', 'post', 'put', 'delete'] as const).map((name) => ({
    name,
    aliases: [],
    summary: `call the API: oo ${name} <path> [--key=value ...]`,
    load: async () => {},
  })),
];
