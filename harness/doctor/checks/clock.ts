import type { Check } from '../check.ts';
import { askingEngine, finding, ok, skipped } from '../findings.ts';

const TOLERATED_MS = 5000;
const TRIED = 'asked the daemon for its time';

export const clock: Check = {
  id: 'D17',
  title: 'Clocks',
  moment: 'engine',
  about: {
    looks: 'The difference between the clock of this machine and that of the daemon.',
    matters:
      'A virtual machine’s clock stands still while a laptop sleeps. Certificates of a new cluster are then “not yet valid” on the other side.',
    levels: { fail: 'They differ by more than 5 s.' },
    fix: [
      'Restart the virtual machine of the engine; on WSL2 `wsl --shutdown`, or in it `sudo hwclock -s`.',
      'Otherwise let both machines take their time from the network.',
    ],
  },
  look: askingEngine(TRIED, async ({ docker }, { host }, deadline) => {
    const before = host.now();
    const { clockMs } = await docker.describe(deadline);
    const after = host.now();
    if (Number.isNaN(clockMs)) return skipped(TRIED, 'it does not tell');
    // Whatever the answer took is no difference of clocks.
    const apart = clockMs < before ? before - clockMs : Math.max(0, clockMs - after);
    const seen = `${(apart / 1000).toFixed(1)} s apart`;
    if (apart <= TOLERATED_MS) return ok(TRIED, seen);
    return finding('fail', {
      tried: TRIED,
      seen: `${seen}: the daemon is ${clockMs < before ? 'behind' : 'ahead'}`,
      cause: 'Certificates of a new cluster would not be valid yet, or no longer.',
      fix: 'Restart the engine’s virtual machine (WSL2: wsl --shutdown), or set its clock with `sudo hwclock -s`.',
    });
  }),
};
