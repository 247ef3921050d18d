import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { ScriptedRunner, type ScriptedAnswer } from '../testing/scripted-runner.ts';
import { hostFiles } from './host-files.ts';
import { probeInContainer } from './probe-container.ts';
import { parseProbe, PROBE_SCRIPT, type ProbeAnswer } from './probe-script.ts';
import { patientWith, type Ailment } from './testing/healthy-patient.ts';

/** Recorded from our node image (dash, coreutils) in the embedded engine, without CAP_SYS_RESOURCE. */
const RECORDED = `oom=refused
restricts=yes
instances=128
watches=192536
used=61
blocks=overlay 264212084 23574376 71926888 25% /
inodes=overlay 16777216 624486 16152730 4% /
end
`;

describe('parseProbe', () => {
  test('reads what the script wrote on a node', () => {
    expect(parseProbe(RECORDED)).toEqual({
      lowersOomScore: false,
      restrictsOomScore: true,
      inotify: { instances: 128, watches: 192_536, used: 61 },
      disk: { freeBytes: 71_926_888 * 1024, inodes: 16_777_216, freeInodes: 16_152_730 },
    });
  });

  test('a script that did not come to its end tells nothing', () => {
    expect(parseProbe(RECORDED.replace('end\n', ''))).toBeUndefined();
  });
});

describe('probeInContainer', () => {
  async function probe(
    images: Ailment['images'],
    answer: ScriptedAnswer,
  ): Promise<[ProbeAnswer, ScriptedRunner]> {
    const shell = new ScriptedRunner(() => answer);
    const engine = await patientWith({ images: images ?? {} }).engine();
    if (engine.kind !== 'answers') throw new Error('the engine of this test answers');
    const deadline = Deadline.in(1000, 'the test');
    return [await probeInContainer(engine, ['wanted:1', 'other:1'], { shell, deadline }), shell];
  }

  test('takes the first image that is there, pulls nothing, mounts nothing, leaves nothing', async () => {
    const [answer, shell] = await probe({ 'other:1': 'amd64' }, { stdout: RECORDED });
    expect(answer).toMatchObject({ kind: 'ran', image: 'other:1', lowersOomScore: false });
    const [call] = shell.calls;
    expect(call?.argv).toEqual(expect.arrayContaining(['--rm', '--privileged', 'never', 'none', 'other:1']));
    expect(call?.argv.join(' ')).not.toMatch(/-v |--volume|--mount|docker\.sock/);
    expect(call?.options.stdin).toBe(PROBE_SCRIPT);
  });

  test('without any of the images no container is started', async () => {
    const [answer, shell] = await probe({}, {});
    expect([answer, shell.calls.length]).toEqual([{ kind: 'noImage' }, 0]);
  });

  test('an engine that is only slow is not taken for one that cannot', async () => {
    const [late] = await probe({ 'wanted:1': 'amd64' }, { timedOut: true, stdout: 'oom=refused\n' });
    expect(late.kind).toBe('late');
    const [told] = await probe({ 'wanted:1': 'amd64' }, { timedOut: true, stdout: RECORDED });
    expect(told.kind).toBe('ran');
  });

  test('an engine that cannot start it is told with its own words', async () => {
    const stderr = 'docker: Error response from daemon: failed to create task: error setting rlimits';
    const [answer] = await probe({ 'wanted:1': 'amd64' }, { exitCode: 126, stderr });
    expect(answer).toEqual({ kind: 'failed', image: 'wanted:1', why: `exit 126: ${stderr}` });
  });
});

describe('hostFiles', () => {
  test('counts the inotify instances of all processes', async () => {
    // libuv opens one instance for all watchers of a process.
    using _watcher = closing(watch(tmpdir()));
    const counted = await hostFiles().inotifyInstances();
    expect(counted > 0).toBe(process.platform === 'linux');
  });

  test('what is not there is undefined', async () => {
    const files = hostFiles();
    const nowhere = '/no/such/folder';
    expect(await Promise.all([files.text(nowhere), files.owner(nowhere), files.disk(nowhere)])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([await files.exists('/'), await files.exists(nowhere)]).toEqual([true, false]);
  });
});

function closing(watcher: ReturnType<typeof watch>): Disposable {
  return { [Symbol.dispose]: () => watcher.close() };
}
