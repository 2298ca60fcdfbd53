/** Says which paths of a build context are left out of it. */
export type Ignore = (path: string) => boolean;

interface Rule {
  readonly pattern: RegExp;
  readonly keeps: boolean;
}

/**
 * Reads a `.dockerignore` as Docker does: one pattern a line, `#` comments, `*` and `?` within a name, `**` over any
 * number of them, `!` for exceptions; the last rule that matches a path, or a directory that it is in, decides.
 */
export function parseIgnore(text: string): Ignore {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(ruleOf);
  return (path) => {
    const names = path.split('/');
    const prefixes = names.map((_, index) => names.slice(0, index + 1).join('/'));
    let ignored = false;
    for (const { pattern, keeps } of rules) if (prefixes.some((prefix) => pattern.test(prefix))) ignored = !keeps;
    return ignored;
  };
}

function ruleOf(line: string): Rule {
  const keeps = line.startsWith('!');
  const glob = (keeps ? line.slice(1) : line)
    .trim()
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '');
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return { pattern: new RegExp(`^${source}$`), keeps };
}
