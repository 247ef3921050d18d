import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What one gate found. `checked` is how much it looked at: a gate that looked at nothing has not passed. */
export interface GateResult {
  readonly ok: boolean;
  readonly checked: number;
  readonly unit: 'files' | 'tests';
  /** Findings as a person wants to read them; empty when `ok`. */
  readonly output: string;
}

export interface Gate {
  readonly name: string;
  /** What it protects, for `--list`. */
  readonly what: string;
  /** Looks at the tree below `root`. Throws only when the gate itself is broken. */
  run(root: string, tree: readonly string[]): Promise<GateResult>;
}

export interface ToolOutput {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No gate needs longer, so a longer one hangs. */
const LIMIT_MS = 240_000;
/** A grandchild that outlives the tool may hold its output open; it has nothing to say any more. */
const LAST_WORDS_MS = 1000;

/** Runs a program of `node_modules/.bin` in `root`, with the Node version of the project first on the path. */
export function runTool(
  root: string,
  [program, ...args]: readonly [string, ...string[]],
  limitMs = LIMIT_MS,
): Promise<ToolOutput> {
  const bin = join(root, 'node_modules', '.bin');
  return new Promise((resolve, reject) => {
    const child = spawn(join(bin, program), args, {
      cwd: root,
      env: plainEnvironment(bin),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('exit', (_, signal) => {
      if (signal)
        stderr.push(Buffer.from(`\n${program} was ended by ${signal} (limit ${String(limitMs / 1000)} s)`));
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS_MS).unref();
    });
    child.on('close', (exitCode) => {
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** Without colours: some tools take FORCE_COLOR=0 for a wish to have them. */
function plainEnvironment(bin: string): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, ...env } = process.env;
  return { ...env, PATH: bin + delimiter + (env['PATH'] ?? ''), NO_COLOR: '1' };
}

/** Turns counts and findings into a result: nothing checked is a failure of the gate, whatever the tool said. */
export function judge(unit: GateResult['unit'], checked: number, ok: boolean, output: string): GateResult {
  // Some tools colour their output in CI whatever they are asked.
  const text = stripVTControlCharacters(output).trim();
  if (checked > 0) return { ok, checked, unit, output: ok ? '' : text };
  return {
    ok: false,
    checked,
    unit,
    output: `This gate looked at 0 ${unit}, so it proves nothing.\n${text}`.trim(),
  };
}
