import { describe, expect, test } from '@jest/globals';
import { terminalProgress, type TerminalProgress } from './terminal-progress.ts';

const plain = { width: 80, color: false, unicode: true };

interface Rig {
  readonly progress: TerminalProgress;
  /** Lets time pass, tick by tick. */
  readonly pass: (ms: number) => void;
  readonly ticking: () => boolean;
  readonly written: () => string;
  /** What a terminal shows after all that was written. */
  readonly screen: () => readonly string[];
}

function rig(over: { readonly live: boolean; readonly rows?: number; readonly unicode?: boolean }): Rig {
  let now = 0;
  let text = '';
  let timer: { readonly ms: number; readonly tick: () => void } | undefined;
  const progress = terminalProgress({
    stream: { write: (piece) => (text += piece) },
    style: { ...plain, unicode: over.unicode ?? true },
    live: over.live,
    ...(over.rows === undefined ? {} : { rows: over.rows }),
    clock: { now: () => now },
    every: (ms, tick) => {
      timer = { ms, tick };
      return () => (timer = undefined);
    },
  });
  return {
    progress,
    pass(ms) {
      for (const end = now + ms; now < end;) {
        now += timer?.ms ?? ms;
        timer?.tick();
      }
    },
    ticking: () => timer !== undefined,
    written: () => text,
    screen: () => screenOf(text),
  };
}

/** The few control sequences that live lines use. */
function screenOf(text: string): readonly string[] {
  const lines = [''];
  let row = 0;
  // oxlint-disable-next-line no-control-regex
  for (const [, up, rest] of text.matchAll(/\x1b\[(\d+)A\r\x1b\[0J|([^\x1b])/gs)) {
    if (up !== undefined) {
      row -= Number(up);
      lines.length = row + 1;
      lines[row] = '';
    } else if (rest === '\n') lines[++row] = '';
    else lines[row] += rest ?? '';
  }
  return lines;
}

describe('on a terminal', () => {
  test('a step has one line while it goes on and one when it is done', () => {
    const { progress, pass, screen, ticking } = rig({ live: true });
    const step = progress.step('cluster', 31_000);
    step.update('creating nodes');
    pass(1200);
    expect(screen()).toEqual([
      expect.stringMatching(/^. cluster {5}creating nodes {30}1\.2 s of about 31\.0 s$/),
      '',
    ]);
    pass(30_000);
    step.done('3 nodes and DNS Ready');
    expect(screen()).toEqual(['✔ cluster     3 nodes and DNS Ready                         31.2 s', '']);
    expect(ticking()).toBe(false);
  });

  test('steps side by side keep their lines apart', () => {
    const { progress, pass, screen } = rig({ live: true });
    const engine = progress.step('engine');
    const image = progress.step('node image');
    pass(300);
    image.update('rootfs');
    engine.done('embedded Docker 26.1.5');
    pass(300);
    expect(screen()).toEqual([
      expect.stringContaining('✔ engine      embedded Docker 26.1.5'),
      expect.stringContaining('node image  rootfs'),
      '',
    ]);
    image.fail('no space left');
    expect(screen()[1]).toContain('✖ node image  no space left');
  });

  test('long texts are cut to the width, hostile ones are harmless', () => {
    const { progress, pass, screen } = rig({ live: true });
    progress.step('image').update(`\x1b[2Jget\n${'日本 '.repeat(80)}`);
    pass(100);
    expect(screen()[0]).toMatch(/^. image {7}get 日本 .*…  0\.1 s$/);
    expect(screen()).toHaveLength(2);
  });

  test('more steps than rows do not scroll the screen', () => {
    const { progress, screen } = rig({ live: true, rows: 4 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) progress.step(name);
    expect(screen()).toHaveLength(4);
    expect(screen()[2]).toContain('and 3 more');
  });

  test('others can write to the same terminal', () => {
    const { progress, screen, pass } = rig({ live: true });
    progress.step('verdicts').update('proving');
    progress.aside(() => pass(0));
    pass(100);
    expect(screen()).toEqual([expect.stringContaining('proving'), '']);
  });

  test('closing takes the live lines away', () => {
    const { progress, screen, ticking } = rig({ live: true });
    progress.step('a');
    progress.close();
    expect(screen()).toEqual(['']);
    expect(ticking()).toBe(false);
  });
});

describe('without a terminal', () => {
  test('there are plain lines: at the start, every 15 seconds, and at the end', () => {
    const { progress, pass, written } = rig({ live: false });
    const step = progress.step('cluster', 31_000);
    pass(14_000);
    step.update('waiting for worker2');
    pass(18_000);
    step.done('3 nodes and DNS Ready');
    expect(written().split('\n')).toEqual([
      '… cluster     takes about 31.0 s',
      '… cluster     going on for 15.0 s of about 31.0 s: waiting for worker2',
      '… cluster     going on for 30.0 s of about 31.0 s: waiting for worker2',
      '✔ cluster     3 nodes and DNS Ready                         32.0 s',
      '',
    ]);
  });

  test('ASCII is enough, and there are no escape codes', () => {
    const { progress, pass, written } = rig({ live: false, unicode: false });
    const step = progress.step('engine');
    pass(20_000);
    step.fail('it\x1b[31m does not answer');
    expect(written()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(written()).toContain('x engine      it does not answer');
  });
});

test('a step closes once', () => {
  const { progress, written } = rig({ live: false });
  const step = progress.step('engine');
  step.done('fine');
  step.fail('late');
  step.done('again');
  expect(written().split('\n')).toHaveLength(3);
});
