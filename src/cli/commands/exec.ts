import { type Command, InvalidArgumentError } from 'commander';

import { examples } from './options.ts';

/** `oo exec`. */
export function defineExec(command: Command): void {
  command
    .usage('<id> [options] -- <command...>')
    .argument('<id>', 'a replica, an instance, a container, or a deployment (one of its ready replicas)')
    .argument('<command...>', 'what to run, behind --; no shell is put around it')
    .option('-i, --stdin', 'pass standard input on (on a terminal by default)')
    .option('-t, --tty', 'give the command a terminal (on a terminal by default)')
    .option('-T, --no-tty', 'neither: only show what the command says')
    .option('--variable <K=V>', 'a variable of the command; also as -e K=V; several times', variable, {})
    .option('-u, --user <user>', 'as this user of the container: a name or number, user:group')
    .option('-w, --workdir <directory>', 'in this directory of the container')
    .addHelpText(
      'after',
      `${examples(
        'oo exec inst_web-r1-0-g1 -- sh',
        'oo exec depl_myservice123 -- ls -l /data',
        'oo exec depl_myservice123 -it -e DEBUG=1 -u root -- sh',
        'oo exec web-r1-0 -i -- sh -c "cat > /tmp/dump" < dump.sql',
      )}

The exit code is that of the command; 126 and 127: it could not be run. Who ran which program where is an event of the log
(oo events --of ID --type ReplicaExecuted); arguments and input are not.`,
    )
    .action(async (id: string, words: string[], _, self: Command) => {
      await (await import('./exec-actions.ts')).runCommand(id, words, self.optsWithGlobals());
    });
}

function variable(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It is KEY=VALUE.');
  return { ...before, [key]: value };
}
