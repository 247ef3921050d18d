import { lookForKind } from '../../clusters/kind/binary.ts';
import { OWN_KIND_VERSION, TESTED_RANGE } from '../../clusters/kind/version.ts';
import { describeResult } from '../../core/command.ts';
import type { Check } from '../check.ts';
import { finding, info, ok, skipped } from '../findings.ts';

const TRIED = 'ran `kind version`, from PATH and from the cache';

export const kind: Check = {
  id: 'D13',
  title: 'kind',
  // A run looks for kind itself once an engine answers, with the same words.
  moment: 'run',
  about: {
    looks: `Runs \`kind version\` with the kind on PATH, then with the one in the cache; where neither is fit, \`go version\`. Versions ${TESTED_RANGE} are tested.`,
    matters: 'Configuration and the reading of kind’s output are written for those versions.',
    levels: {
      info: `None yet: a run builds kind ${OWN_KIND_VERSION} into the cache, in about 30 s.`,
      warn: 'The one on PATH is outside the tested range: it is left alone, and another one is built into the cache.',
      fail: 'None, and no Go to build it.',
    },
    fix: [`Install kind ${OWN_KIND_VERSION}, or Go 1.26 or newer.`],
    links: ['https://kind.sigs.k8s.io/docs/user/quick-start/#installation', 'https://go.dev/dl/'],
  },
  async look({ wish, shell, folders }, deadline) {
    if (wish.provider !== 'kind') return skipped(TRIED, `not needed for the provider ${wish.provider}`);
    const look = await lookForKind({ shell, cacheDir: folders.cache, deadline });
    if (look.kind === 'found') return ok(TRIED, `kind ${look.version} (${look.where})`);
    const go = await shell.run(['go', 'version'], { deadline });
    const hasGo = go.kind === 'exited' && go.exitCode === 0;
    const onPath = look.untested === undefined ? 'none' : `kind ${look.untested} on PATH`;
    if (!hasGo) {
      return finding('fail', {
        tried: `${TRIED}, then \`go version\``,
        seen: `${onPath}; go: ${describeResult(go)}`,
        cause: `There is no kind ${TESTED_RANGE} and no Go to build it.`,
        fix: `Install kind ${OWN_KIND_VERSION} (https://kind.sigs.k8s.io) or Go (https://go.dev/dl).`,
      });
    }
    if (look.untested === undefined) {
      return info(TRIED, `none; a run builds kind ${OWN_KIND_VERSION} into the cache`);
    }
    return finding('warn', {
      tried: TRIED,
      seen: onPath,
      cause: `Versions ${TESTED_RANGE} are tested; a run builds ${OWN_KIND_VERSION} into the cache and uses that.`,
      fix: `Install kind ${OWN_KIND_VERSION} to save the build.`,
    });
  },
};
