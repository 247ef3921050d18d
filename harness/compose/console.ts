import { textStyleFor, type TextStyle } from '../report/text-style.ts';

/** The two outputs of the process: data on stdout, progress and problems on stderr. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outStyle: TextStyle;
  readonly errStyle: TextStyle;
  /** True when stderr can redraw its lines. */
  readonly live: boolean;
}

type Streams = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>;

export function createConsole({ stdout, stderr, env }: Streams, argv: readonly string[]): Terminal {
  // Problems of the command line itself must be coloured rightly too, before anybody has parsed it.
  const noColor = argv.includes('--no-color');
  const styleOf = (stream: NodeJS.WriteStream): TextStyle =>
    textStyleFor({ isTTY: stream.isTTY, columns: stream.columns, env, noColor });
  // Whoever read us may be gone (`| head`, a closed terminal); the run and its clean-up go on.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    outStyle: styleOf(stdout),
    errStyle: styleOf(stderr),
    live: stderr.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined,
  };
}
