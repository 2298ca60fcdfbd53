import { toYaml } from '../output.ts';
import { renderTable } from '../text/table.ts';
import type { Explanation } from './describe.ts';

/** An explanation for people. Ends with a line break. */
export async function explanationText(explanation: Explanation): Promise<string> {
  const { path, description, fields = [] } = explanation;
  const facts = factsOf(explanation).map(([name, value]) => `  ${name.padEnd(12)}${value}`);
  const name = path.split('.').at(-1) ?? '';
  const [example] = explanation.examples ?? [];
  const yaml = example === undefined ? [] : ['', 'Example:', indented(await toYaml({ [name]: example }))];
  const table = fields.map((field) => [
    `  ${field.name}`,
    field.type,
    field.required ? 'required' : '',
    field.description,
  ]);
  const below = fields.length === 0 ? [] : ['', renderTable(['  FIELD', 'TYPE', '', 'DESCRIPTION'], table).trimEnd()];
  return `${[path, '', `  ${description}`, '', ...facts, ...yaml, ...below].join('\n')}\n`;
}

function factsOf(explanation: Explanation): readonly (readonly [string, string])[] {
  const { type, unit, required, enum: choices, exactlyOneOf, minimum, maximum, pattern } = explanation;
  const range = minimum === undefined && maximum === undefined ? '' : `, ${minimum ?? ''} to ${maximum ?? ''}`;
  const facts: (readonly [string, string | undefined])[] = [
    ['type', `${type}${range}${unit === undefined ? '' : ` (${unit})`}`],
    ['required', required ? 'yes' : 'no'],
    ['default', explanation.default === undefined ? undefined : shown(explanation.default)],
    ['one of', choices?.map(shown).join(', ')],
    ['has', exactlyOneOf && `exactly one of ${exactlyOneOf.join(', ')}`],
    ['form', pattern],
    ['deprecated', explanation.deprecated === true ? 'yes' : undefined],
    ['read only', explanation.readOnly === true ? 'yes' : undefined],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** A word as it is; what is no word, and nothing, as JSON. */
function shown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ');
}
