/** A metric family as its exposition tells it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/y;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads the whole of an exposition, and throws at the first character that the format does not have.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { name: string; help?: string; type?: string; samples: Sample[] }>();
  let current: { name: string; help?: string; type?: string; samples: Sample[] } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`).exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (current?.name !== name) {
        if (families.has(name)) throw new Error(`the lines of ${name} do not stand together`);
        current = { name, samples: [] };
        families.set(name, current);
      }
      if (kind === 'HELP') current.help = rest;
      else current.type = rest;
      continue;
    }
    if (line.startsWith('#')) throw new Error(`a comment that says nothing: ${line}`);
    const sample = parseSample(line);
    const suffixes = SUFFIXES[current?.type ?? ''] ?? [];
    if (current === undefined || !suffixes.some((suffix) => sample.name === `${current?.name}${suffix}`)) {
      throw new Error(`${sample.name} does not belong to ${current?.name} of type ${current?.type}`);
    }
    current.samples.push(sample);
  }
  return new Map(
    [...families].map(([name, { help, type, samples }]) => {
      if (help === undefined || help === '') throw new Error(`${name} has no HELP`);
      if (type === undefined || SUFFIXES[type] === undefined) throw new Error(`${name} has no TYPE`);
      return [name, { name, help, type, samples }];
    }),
  );
}

function parseSample(line: string): Sample {
  const [head = '', name = '', labels] = new RegExp(`^(${NAME})(?:\\{(.*)\\})? `).exec(line) ?? [];
  const value = line.slice(head.length);
  if (head === '' || !/^([Nn]a[Nn]|[+-]?Inf|[+-]?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(value))
    throw new Error(`no sample: ${line}`);
  return { name, labels: parseLabels(labels ?? '', line), value: Number(value.replace('Inf', 'Infinity')) };
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length;) {
    LABEL.lastIndex = at;
    const found = LABEL.exec(text);
    const [whole = '', key = '', value = ''] = found ?? [];
    if (found === null || key in labels) throw new Error(`no label at ${at}: ${line}`);
    labels[key] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    at += whole.length;
    if (at < text.length && text[at] !== ',') throw new Error(`no comma at ${at}: ${line}`);
    at += 1;
  }
  return labels;
}

/** The value of the one sample with these labels; undefined where there is none. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = [...families.values()].find((each) => each.samples.some((sample) => sample.name === name));
  return family?.samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}
