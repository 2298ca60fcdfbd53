import type { Incident } from '../../api/contract/why.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { secondsText, whoOf, type Sentence } from '../../domain/explain/sentence.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import { toSentenceView } from './view.ts';

/** What happened, for whoever reviews it afterwards. Pure. */
export function incidentOf(
  subject: string,
  events: readonly RecordedEvent[],
  sentences: readonly Sentence[],
  { truncated, archived }: { readonly truncated: boolean; readonly archived?: ArchivedPart | undefined },
): Incident {
  const count = (type: RecordedEvent['type']): number => events.filter((event) => event.type === type).length;
  const [first, last] = [sentences[0]?.at, sentences.at(-1)?.at];
  const told = {
    subject,
    ...(first === undefined ? {} : { from: first.toISOString() }),
    ...(last === undefined ? {} : { until: last.toISOString() }),
    durationMs: first === undefined || last === undefined ? 0 : last.getTime() - first.getTime(),
    counts: {
      events: events.length,
      scheduled: count('ReplicaScheduled'),
      ready: count('ReplicaReady'),
      failed: count('ReplicaFailed'),
      stopped: count('ReplicaStopped'),
    },
    actors: [...new Set(events.map(({ actor }) => actor))],
    timeline: sentences.map(toSentenceView),
    truncated,
  };
  return { ...told, markdown: markdownOf(told, events, archived) };
}

function markdownOf(
  told: Omit<Incident, 'markdown'>,
  events: readonly RecordedEvent[],
  archived: ArchivedPart | undefined,
): string {
  const { subject, from, until, durationMs, counts, actors, timeline, truncated } = told;
  const sections = [
    `# Report on ${subject}`,
    from === undefined ? 'Nothing happened.' : `${from} to ${until}, ${secondsText(durationMs)}.`,
    [
      '| events | scheduled | ready | failed | stopped |',
      '| ---: | ---: | ---: | ---: | ---: |',
      `| ${counts.events} | ${counts.scheduled} | ${counts.ready} | ${counts.failed} | ${counts.stopped} |`,
    ].join('\n'),
    `Who: ${actors.map((actor) => escaped(whoOf(actor))).join(', ')}`,
    `## Timeline\n\n| time | event | who | what and why |\n| --- | ---: | --- | --- |\n${timeline
      .map(
        ({ at, position, actor, text }) =>
          `| ${at.slice(11, 23)} | ${position} | ${escaped(whoOf(actor))} | ${escaped(text)} |`,
      )
      .join('\n')}`,
    ...failuresOf(events),
    ...(archived === undefined
      ? []
      : [`Events up to position ${archived.until} are in archives (${archived.file}), and are not told.`]),
    ...(truncated ? [`Only the first ${counts.events} events are told.`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function failuresOf(events: readonly RecordedEvent[]): readonly string[] {
  const failed = events.flatMap((event) => (event.type === 'ReplicaFailed' ? [event] : []));
  if (failed.length === 0) return [];
  const told = failed.map(({ position, data: { replicaId, generation, failure } }) => {
    const lines = (failure.lastLogs ?? []).map((line) => `    ${line.replaceAll(/[\r\n]/g, ' ')}`);
    const heading = `### ${replicaId}, generation ${generation} (event ${position})\n\n${escaped(failure.message)}`;
    return lines.length === 0 ? heading : `${heading}\n\n${lines.join('\n')}`;
  });
  return [`## Failures`, ...told];
}

/** Text in a cell of a table: what others have said can neither end it nor begin markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[|<>`*_[\]\\]/g, (mark) => `\\${mark}`);
}
