import { INSTALL_HINT, lookForMinikube } from '../../clusters/minikube/binary.ts';
import { TESTED_RANGE } from '../../clusters/minikube/version.ts';
import type { Check } from '../check.ts';
import { finding, ok, skipped } from '../findings.ts';

const TRIED = 'ran `minikube version`, from PATH';

export const minikube: Check = {
  id: 'D28',
  title: 'minikube',
  moment: 'start',
  about: {
    looks: `With \`--provider minikube\` only: runs \`minikube version\` with the minikube on PATH. Versions ${TESTED_RANGE} are tested.`,
    matters:
      'podproof neither downloads nor builds minikube; without it there is nobody to make the cluster.',
    levels: {
      warn: 'It is outside the tested range: it is used, and may understand our flags differently.',
      fail: 'There is none, or it does not tell its version. A run then ends with MINIKUBE_MISSING.',
    },
    fix: [INSTALL_HINT],
    links: ['https://minikube.sigs.k8s.io/docs/start/'],
  },
  async look({ wish, shell }, deadline) {
    if (wish.provider !== 'minikube') return skipped(TRIED, `not needed for the provider ${wish.provider}`);
    const look = await lookForMinikube({ shell, deadline });
    if (look.kind === 'none') {
      return {
        ...finding('fail', {
          tried: TRIED,
          seen: look.seen,
          cause: 'The provider minikube makes its clusters with it.',
          fix: INSTALL_HINT,
        }),
        code: 'MINIKUBE_MISSING',
      };
    }
    if (look.tested) return ok(TRIED, `minikube ${look.version} (PATH)`);
    return finding('warn', {
      tried: TRIED,
      seen: `minikube ${look.version} (PATH)`,
      cause: `Versions ${TESTED_RANGE} are tested.`,
      fix: INSTALL_HINT,
    });
  },
};
