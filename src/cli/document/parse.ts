import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';

import type { Entry, Position, Tree } from './tree.ts';

/** Aliases in one file at most: each is expanded, and a file of aliases of aliases would never end. */
const ALIASES = 1000;

/** What is wrong with a text as such. */
export interface SyntaxProblem {
  readonly at: Position;
  readonly message: string;
}

/** The documents in a YAML 1.2 or JSON text, empty ones left out, and where it is no YAML. */
export interface Parsed {
  readonly trees: readonly Tree[];
  readonly problems: readonly SyntaxProblem[];
}

/** Reads every document of a YAML 1.2 (or JSON) text. Never throws for what the text says. */
export function parseText(text: string): Parsed {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  const list: readonly Document[] = Array.isArray(documents) ? (documents as Document[]) : [];
  const problems = list.flatMap((document) =>
    [...document.errors, ...document.warnings].map((error) => ({
      at: position(lines, error.pos[0]),
      message: firstLine(error.message),
    })),
  );
  const builder = new Builder(lines, problems);
  const trees = list.flatMap((document) => (document.contents === null ? [] : builder.documentTree(document)));
  return { trees, problems: firstOfEachLine(problems) };
}

class Builder {
  readonly #lines: LineCounter;
  readonly #problems: SyntaxProblem[];
  #aliases = 0;

  constructor(lines: LineCounter, problems: SyntaxProblem[]) {
    this.#lines = lines;
    this.#problems = problems;
  }

  documentTree(document: Document): Tree[] {
    const contents = document.contents as Node;
    // "---" with nothing behind it, and comments alone, say nothing.
    if (isScalar(contents) && contents.value === null && (contents.source ?? '') === '') return [];
    return [this.#tree(contents, document)];
  }

  #tree(node: Node | null | undefined, document: Document): Tree {
    const at = this.#at(node);
    if (isAlias(node)) {
      this.#aliases += 1;
      const target = this.#aliases > ALIASES ? undefined : node.resolve(document);
      if (target === undefined) {
        this.#problems.push({
          at,
          message: this.#aliases > ALIASES ? `more than ${ALIASES} aliases` : 'an alias of nothing',
        });
        return { kind: 'scalar', value: null, text: '', at };
      }
      return this.#tree(target, document);
    }
    if (isMap(node)) return { kind: 'mapping', at, entries: this.#entries(node, document) };
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.#tree(item as Node, document)) };
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const source = isScalar(node) && typeof value !== 'string' ? node.source : undefined;
      return { kind: 'scalar', value, text: source ?? String(value), at };
    }
    return { kind: 'scalar', value: null, text: '', at };
  }

  #entries(map: YAMLMap, document: Document): Entry[] {
    return map.items.map((pair) => {
      const key = this.#tree(pair.key as Node, document);
      if (key.kind !== 'scalar') this.#problems.push({ at: key.at, message: 'a key must be a plain word' });
      const value = this.#tree(pair.value as Node | null, document);
      const placed = pair.value === null ? { ...value, at: key.at } : value;
      return { key: key.kind === 'scalar' ? key.text : '', keyAt: key.at, value: placed };
    });
  }

  #at(node: Node | null | undefined): Position {
    return position(this.#lines, node?.range?.[0] ?? 0);
  }
}

/** One slip makes several complaints on its line; the first says most. */
function firstOfEachLine(problems: readonly SyntaxProblem[]): SyntaxProblem[] {
  return [...new Map(problems.toReversed().map((problem) => [problem.at.line, problem])).values()].toReversed();
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
