/** The packet filter rules of one address family as iptables-save prints them, without counters. */
export interface Ruleset {
  readonly [table: string]: RuleTable;
}

export interface RuleTable {
  /** Chain name to policy; `-` for a chain that is not built in. */
  readonly chains: Readonly<Record<string, string>>;
  /** Rules as `-A CHAIN …` in their order. */
  readonly rules: readonly string[];
}

/**
 * Reads the output of iptables-save or ip6tables-save. Comments, counters and unknown lines are dropped.
 *
 * @see iptables-save(8)
 */
export function parseRuleset(text: string): Ruleset {
  const tables: Record<string, { chains: Record<string, string>; rules: string[] }> = {};
  let current: { chains: Record<string, string>; rules: string[] } | undefined;
  for (const line of text.split('\n')) {
    const header = /^\*(\S+)$/.exec(line)?.[1];
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (header !== undefined) current = tables[header] = { chains: {}, rules: [] };
    else if (chain?.[1] !== undefined && chain[2] !== undefined && current) {
      current.chains[chain[1]] = chain[2];
    } else if (line.startsWith('-A ')) current?.rules.push(line.trim());
  }
  return tables;
}

/**
 * Splits a rule into argv words. iptables-save quotes words with blanks with double quotes and escapes quotes and
 * backslashes with a backslash.
 */
export function ruleWords(rule: string): readonly string[] {
  const words: string[] = [];
  for (const match of rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push(match[2] ?? (match[1] ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  return words;
}
