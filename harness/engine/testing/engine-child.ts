import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StopReport } from '../types.ts';
import type { PrivateNetwork } from './private-network.ts';
import { output, within } from './run.ts';

export interface StartedEngine {
  readonly docker: string;
  readonly env: Readonly<Record<string, string>>;
  readonly daemonId: string;
}

/** Start, report, wait for a word, release, report: what a run does with the engine. */
const USE = `
const [room, cacheDir] = process.argv.slice(1);
const { findOrStartEngine } = await import(room + '/find-or-start.ts');
const { local } = await import(room + '/../shell/local.ts');
const { Deadline } = await import(room + '/../core/deadline.ts');
const { silentProgress } = await import(room + '/../core/progress.ts');
const { createInterface } = await import('node:readline');
const engine = await findOrStartEngine({
  cacheDir, runDir: cacheDir + '/run', runner: local(), progress: silentProgress,
  processEnv: { PATH: process.env.PATH, HOME: '/nonexistent' },
  defaultSocket: 'unix:///nonexistent/docker.sock',
  deadline: Deadline.in(300_000, 'the engine'),
});
const { dockerCli: docker, env, daemonId } = engine;
console.log(JSON.stringify({ docker, env, daemonId }));
for await (const word of createInterface({ input: process.stdin })) {
  const report = await engine.release({ deadline: Deadline.in(60_000, 'stop'), keep: word === 'keep' });
  console.log(JSON.stringify(report));
  break;
}
process.stdin.destroy();
`;

const STOP = `
const [room, cacheDir] = process.argv.slice(1);
const { stopEmbeddedEngine } = await import(room + '/embedded/stop-kept.ts');
const { local } = await import(room + '/../shell/local.ts');
const { Deadline } = await import(room + '/../core/deadline.ts');
await stopEmbeddedEngine({ cacheDir, runner: local(), deadline: Deadline.in(60_000, 'stop') });
`;

function nodeCommand(code: string, cacheDir: string): readonly string[] {
  const room = join(import.meta.dirname, '..');
  return [process.execPath, '--input-type=module', '-e', code, room, cacheDir];
}

/** Stops what a failed test left; in its network, because that is what has to be put back. */
export async function stopInside(network: PrivateNetwork, cacheDir: string): Promise<void> {
  await output(network.enter(nodeCommand(STOP, cacheDir)));
}

/** A process that uses the embedded engine, so that it can be killed like one. */
export class EngineChild implements AsyncDisposable {
  readonly engine: StartedEngine;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, engine: StartedEngine) {
    this.#child = child;
    this.#lines = lines;
    this.engine = engine;
  }

  static async start(network: PrivateNetwork, cacheDir: string): Promise<EngineChild> {
    const [program, ...args] = network.enter(nodeCommand(USE, cacheDir));
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new EngineChild(child, lines, await nextAnswer(lines, isStartedEngine));
  }

  async release(how: 'stop' | 'keep' = 'stop'): Promise<StopReport> {
    const exited = this.#exited();
    this.#child.stdin?.write(`${how}\n`);
    const report = await nextAnswer(this.#lines, isStopReport);
    await exited;
    return report;
  }

  /** No signal handler, no `finally`: like the OOM killer. */
  async kill(): Promise<void> {
    const exited = this.#exited();
    this.#child.kill('SIGKILL');
    await exited;
  }

  docker(...args: readonly string[]): Promise<string> {
    return output([this.engine.docker, ...args], this.engine.env);
  }

  /** A container that answers with `text` on a port of the loopback address. */
  async serve(text: string, port: number): Promise<void> {
    const publish = `127.0.0.1:${String(port)}:80`;
    const options = ['--init', '--privileged', '--network', 'kind', '--publish', publish, '--name', text];
    const script = `echo ${text} >/index.html; exec httpd -f -p 80 -h /`;
    await this.docker('run', '--detach', ...options, 'tiny', 'sh', '-c', script);
  }

  /** What a failed test left running must not keep the engine in use. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }

  #exited(): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#child.once('exit', () => {
      resolve(undefined);
    });
    return within(100).race(promise);
  }
}

async function nextAnswer<T>(
  lines: AsyncIterator<string>,
  isAnswer: (value: unknown) => value is T,
): Promise<T> {
  const line = await within(300).race(lines.next());
  if (line.done === true) throw new Error('the process that uses the engine ended early, see above');
  const value: unknown = JSON.parse(line.value);
  if (!isAnswer(value)) throw new Error(`unexpected answer: ${line.value}`);
  return value;
}

function isStartedEngine(value: unknown): value is StartedEngine {
  return typeof value === 'object' && value !== null && 'daemonId' in value;
}

function isStopReport(value: unknown): value is StopReport {
  return typeof value === 'object' && value !== null && 'outcome' in value;
}
