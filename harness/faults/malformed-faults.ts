import { MALFORMED } from '../testing/malformed/all.ts';
import { filesOf, type Malformed } from '../testing/malformed/malformed.ts';
import type { Fault } from './fault.ts';

/** Every class of malformed scenario files, through the command line that a user would type. */
export const MALFORMED_FAULTS: readonly Fault[] = MALFORMED.filter(({ told }) => told.length > 0).map(
  toFault,
);

function toFault(malformed: Malformed): Fault {
  const { id, what, told } = malformed;
  return {
    id,
    what,
    exit: 2,
    code: 'SCENARIO_INVALID',
    // Long lines are wrapped, so the place and the beginning are looked for.
    tells: told.map((line) => `scenarios/${line.split('  ')[0] ?? ''}`),
    // The wait for something that never comes has ten seconds, and so has a loop that never ends.
    withinMs: id === 'Y27' ? 14_000 : 5000,
    run: async (bench) => {
      await bench.plant(filesOf(malformed));
      return bench.podproof(['run']).ended;
    },
  };
}
