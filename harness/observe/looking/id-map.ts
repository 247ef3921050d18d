import { CannotTell } from '../../core/under-test.ts';

/** One line of /proc/PID/uid_map or gid_map: `count` ids from `inside` on are those from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** @throws CannotTell when the text is no id map (source of the format: man 7 user_namespaces) */
export function parseIdMap(text: string): readonly IdRange[] {
  const ranges = text
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line))
    .map((match) =>
      match === null
        ? undefined
        : { inside: Number(match[1]), outside: Number(match[2]), count: Number(match[3]) },
    );
  if (ranges.some((range) => range === undefined))
    throw new CannotTell(`not an id map: ${JSON.stringify(text.slice(0, 80))}`);
  return ranges.filter((range) => range !== undefined);
}

/** The id as the process in the namespace sees it, or undefined when the map has no place for it. */
export function idInside(outside: number, map: readonly IdRange[]): number | undefined {
  const range = map.find((each) => outside >= each.outside && outside < each.outside + each.count);
  return range === undefined ? undefined : outside - range.outside + range.inside;
}

/** False where every id is itself, as in a pod without a user namespace of its own. */
export function isMapped(map: readonly IdRange[]): boolean {
  return map.some(({ inside, outside }) => inside !== outside);
}
