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
    name: 'build',
    aliases: ['b', 'builds'],
    summary: 'the images that are made from repositories',
    load: async (command) => (await import('./commands/build.ts')).defineBuild(command),
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
    name: 'router',
    aliases: ['routers'],
    summary: 'what carries requests to deployments',
    load: async (command) => (await import('./commands/router.ts')).defineRouter(command),
  },
  {
    name: 'job',
    aliases: ['jobs'],
    summary: 'work that was given up, and how to have it tried again',
    load: async (command) => (await import('./commands/job.ts')).defineJob(command),
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
    name: 'user',
    aliases: ['u', 'users'],
    summary: 'accounts, and one’s own password',
    load: async (command) => (await import('./commands/user.ts')).defineUser(command),
  },
  {
    name: 'permit',
    aliases: ['p', 'permits'],
    summary: 'which accounts and roles hold which permissions',
    load: async (command) => (await import('./commands/permit.ts')).definePermit(command),
  },
  {
    name: 'enroll',
    aliases: ['enr', 'enrolls'],
    summary: 'which accounts have which roles',
    load: async (command) => (await import('./commands/permit.ts')).defineEnroll(command),
  },
  {
    name: 'route',
    aliases: ['r', 'routes'],
    summary: 'where the requests of hosts go to',
    load: async (command) => (await import('./commands/route.ts')).defineRoute(command),
  },
  {
    name: 'cert',
    aliases: ['ce', 'certs'],
    summary: 'certificates of hosts',
    load: async (command) => (await import('./commands/route.ts')).defineCert(command),
  },
  {
    name: 'app',
    aliases: ['apps'],
    summary: 'what accounts log in to',
    load: async (command) => (await import('./commands/user.ts')).defineApp(command),
  },
  {
    name: 'save',
    aliases: [],
    summary: 'save files and folders of anything, by what their _meta says they are',
    load: async (command) => (await import('./commands/save.ts')).defineSave(command),
  },
  {
    name: 'init',
    aliases: [],
    summary: 'write a definition and a deployment to start from',
    load: async (command) => (await import('./commands/init.ts')).defineInit(command),
  },
  {
    name: 'explain',
    aliases: [],
    summary: 'what a field of a file is for',
    load: async (command) => (await import('./commands/explain.ts')).defineExplain(command),
  },
  {
    name: 'describe',
    aliases: [],
    summary: 'one page about whatever has an id, and what to do next',
    load: async (command) => (await import('./commands/describe.ts')).defineDescribe(command),
  },
  {
    name: 'why',
    aliases: [],
    summary: 'why something is as it is: from the request to the container, in sentences',
    load: async (command) => (await import('./commands/why.ts')).defineWhy(command),
  },
  {
    name: 'why-not',
    aliases: [],
    summary: 'why a deployment is not up, and the smallest change that would let it fit',
    load: async (command) => (await import('./commands/why.ts')).defineWhyNot(command),
  },
  {
    name: 'trace',
    aliases: [],
    summary: 'what led to an event, and all that it led to',
    load: async (command) => (await import('./commands/why.ts')).defineTrace(command),
  },
  {
    name: 'report',
    aliases: [],
    summary: 'what happened and why, as Markdown for the review of an incident',
    load: async (command) => (await import('./commands/why.ts')).defineReport(command),
  },
  {
    name: 'top',
    aliases: [],
    summary: 'what replicas and nodes use, beside what is requested',
    load: async (command) => (await import('./commands/top.ts')).defineTop(command),
  },
  {
    name: 'logs',
    aliases: ['log'],
    summary: 'what containers say, as they say it or before they failed',
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
    name: 'audit',
    aliases: [],
    summary: 'prove that nobody has changed the history',
    load: async (command) => (await import('./commands/audit.ts')).defineAudit(command),
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
  {
    name: 'doctor',
    aliases: [],
    summary: 'see whether all is well from here to the nodes, and mend it',
    load: async (command) => (await import('./commands/doctor.ts')).defineDoctor(command),
  },
  {
    name: 'completion',
    aliases: [],
    summary: 'print the script that completes oo in a shell',
    load: async (command) => (await import('./commands/completion.ts')).defineCompletion(command),
  },
  {
    name: 'help',
    aliases: [],
    summary: 'help with a command, exit codes or environment variables',
    load: async (command) => (await import('./commands/help.ts')).defineHelp(command),
  },
  {
    name: 'su',
    aliases: [],
    summary: 'act as another account that is logged in',
    load: async (command) => (await import('./commands/identity.ts')).defineSu(command),
  },
  {
    name: 'set-token',
    aliases: [],
    summary: 'act with a token that somebody else was given',
    load: async (command) => (await import('./commands/identity.ts')).defineSetToken(command),
  },
  // Their arguments are free, so they are taken apart before the others; here they stand for the help alone.
  ...(['get', 'post', 'put', 'delete'] as const).map((name) => ({
    name,
    aliases: [],
    summary: `call the API: oo ${name} <path> [--key=value ...]`,
    load: async (command: Command) =>
      (await import('./commands/raw.ts')).defineRaw(command, name.toUpperCase() as Uppercase<typeof name>),
  })),
];
