import { InvalidInput } from '../../domain/problem.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { SourceError } from '../../sources/source-error.ts';

/** Why a build failed, and whether the same again would fail again. */
export interface WhyFailed {
  /** One line. */
  readonly reason: string;
  readonly terminal: boolean;
}

/** Characters of a reason that are kept. */
const REASON_LENGTH = 500;

/** What the engine says when it could not reach the registry of a base image. */
const NETWORK =
  /i\/o timeout|TLS handshake|connection refused|connection reset|no such host|network is unreachable|server misbehaving|deadline exceeded|unexpected EOF|toomanyrequests|too many requests|50[0234] /i;

/** Undefined for an error that is none of the build's: it is thrown on. */
export function whyFailed(
  error: unknown,
  {
    image,
    buildContext,
    containerFile,
  }: { image: string; buildContext?: string | undefined; containerFile?: string | undefined },
): WhyFailed | undefined {
  if (error instanceof InvalidInput) {
    const inContext = error.problems.some(({ field }) => field === 'contextPath');
    const file = containerFile ?? 'Dockerfile';
    const where = buildContext === undefined ? 'the repository' : `build context ${buildContext}`;
    return {
      reason: inContext
        ? `build context ${buildContext ?? '.'} is not in the repository`
        : `container file ${file} is not in ${where}`,
      terminal: true,
    };
  }
  if (error instanceof SourceError) {
    return { reason: oneLine(error.message), terminal: error.code === 'not-found' || error.code === 'too-large' };
  }
  if (!(error instanceof EngineError)) return undefined;
  if (error.code !== 'build-failed') return { reason: oneLine(error.message), terminal: false };
  const reason = engineWords(error.message, image);
  // A command of the container file fails by itself; what the engine fetches may be there the next time.
  return { reason, terminal: reason.startsWith('The command ') || !NETWORK.test(reason) };
}

/** `build IMAGE on URL: COPY failed: …` and the last output: the words of the first line are what it failed of. */
function engineWords(message: string, image: string): string {
  const [first = ''] = message.split('\n');
  const begin = first.indexOf(': ', first.startsWith(`build ${image}`) ? `build ${image}`.length : 0);
  return oneLine(begin < 0 ? first : first.slice(begin + 2));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('\0', '\ufffd').trim().slice(0, REASON_LENGTH).toWellFormed();
}
