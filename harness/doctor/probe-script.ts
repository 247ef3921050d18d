/** What a throwaway container saw of the daemon's machine. */
interface ProbeFacts {
  /** False without CAP_SYS_RESOURCE: then a process cannot be protected from the OOM killer. */
  readonly lowersOomScore: boolean;
  /** The image's containerd is told to live with that. */
  readonly restrictsOomScore: boolean;
  readonly inotify: { readonly instances: number; readonly watches: number; readonly used: number };
  /** The file system of the daemon's data root, as a container sees it. */
  readonly disk: { readonly freeBytes: number; readonly inodes: number; readonly freeInodes: number };
}

/** What came of the throwaway container. */
export type ProbeAnswer =
  | ({ readonly kind: 'ran'; readonly image: string } & ProbeFacts)
  /** None of the images to try is in the engine, and none is pulled just to look. */
  | { readonly kind: 'noImage' }
  | { readonly kind: 'noEngine' }
  /** No answer in time: a busy engine is not a broken one. */
  | { readonly kind: 'late'; readonly image: string; readonly why: string }
  /** It did not start, or not to the end: `why` is what the engine said. */
  | { readonly kind: 'failed'; readonly image: string; readonly why: string };

/** For any POSIX shell, read from standard input. Writes nothing but its own OOM score. */
export const PROBE_SCRIPT = `
(echo -1 > /proc/self/oom_score_adj) 2>/dev/null && echo oom=lowered || echo oom=refused
grep -qs '^ *restrict_oom_score_adj *= *true' /etc/containerd/config.toml && echo restricts=yes
echo instances=$(cat /proc/sys/fs/inotify/max_user_instances)
echo watches=$(cat /proc/sys/fs/inotify/max_user_watches)
echo used=$(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c anon_inode:inotify)
echo blocks=$(df -Pk / | tail -n 1)
echo inodes=$(df -Pi / | tail -n 1)
echo end
`;

/**
 * Reads the output of the script. @returns undefined when it did not run to its end
 *
 * @example parseProbe('oom=refused\n…\nend\n')
 */
export function parseProbe(stdout: string): ProbeFacts | undefined {
  const lines = stdout.split(/\r?\n/);
  if (!lines.includes('end')) return undefined;
  const said = new Map(lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]));
  const amount = (key: string): number => Number.parseInt(said.get(key) ?? '', 10);
  // Counted from the end: the name of the file system may hold spaces. Total, used, free, percent, mounted on.
  const column = (key: string, fromEnd: number): number =>
    Number.parseInt(said.get(key)?.trim().split(/\s+/).at(-fromEnd) ?? '', 10);
  return {
    lowersOomScore: said.get('oom') === 'lowered',
    restrictsOomScore: said.get('restricts') === 'yes',
    inotify: { instances: amount('instances'), watches: amount('watches'), used: amount('used') },
    disk: {
      freeBytes: column('blocks', 3) * 1024,
      inodes: column('inodes', 5),
      freeInodes: column('inodes', 3),
    },
  };
}
