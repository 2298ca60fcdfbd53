import type { Answer, CallOptions, InputOf } from '../api/client.ts';
import type { OperationName } from '../api/contract/operations.ts';
import { serverFailure } from './server-failure.ts';
import { momentOf } from './text/moment.ts';
import { type GlobalOptions, openSession, type Session } from './session.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What a command has at hand: the server, as whom, and the terminal. */
export interface Context extends Session {
  readonly terminal: Terminal;
  /** Calls the server; an error becomes a `Failure` that says what could not be done. */
  call<N extends OperationName>(what: string, name: N, input: InputOf<N>, options?: ContextCall): Promise<Answer<N>>;
  /** That error, for calls made in another way. */
  failure(error: unknown, what: string, lookUp?: string): unknown;
}

export interface ContextCall extends CallOptions {
  /** The command that shows what exists, for when the thing named does not. */
  readonly lookUp?: string;
}

/** Opens the session that the options choose. */
export async function openContext(options: GlobalOptions): Promise<Context> {
  const session = await openSession(options);
  const at = options.at === undefined ? undefined : momentOf(options.at);
  let told = false;
  const failure: Context['failure'] = (error, what, lookUp) =>
    serverFailure(error, {
      what,
      environmentName: session.environmentName,
      userSlug: session.token === undefined ? undefined : session.environment.selectedUser,
      ...(lookUp === undefined ? {} : { lookUp }),
    });
  return {
    ...session,
    terminal: processTerminal(),
    failure,
    async call(what, name, input, options = {}) {
      try {
        const answer = await session.client.call(name, input, { at, ...options });
        if (answer.archived !== undefined) told = tellArchived(told, answer.archived);
        return answer;
      } catch (error) {
        throw failure(error, what, options.lookUp);
      }
    },
  };
}

/** What an answer leaves out is said beside it, once: what is printed stays what was asked for. Returns true. */
function tellArchived(told: boolean, { until, file }: NonNullable<Answer<OperationName>['archived']>): true {
  if (!told)
    processTerminal().stderr.write(
      `events up to position ${until} are in archives, the last in ${file}, and are not told of here; see: oo audit archives\n`,
    );
  return true;
}
