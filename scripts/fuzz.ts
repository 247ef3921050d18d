import { parseArgs } from 'node:util';
import { fuzz } from '../harness/faults/fuzz.ts';
import { fuzzText } from '../harness/faults/fuzz-case.ts';

/**
 * Fuzzes the readers of scenario files: `npm run test:fuzz`, `-- --count 50000`, `-- --seed 7`, and `-- --seed 7 --show 12`
 * to see the manifest of one case. Ends with 1 when there is a finding.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    count: { type: 'string', default: '10000' },
    show: { type: 'string' },
  },
});
const seed = Number(values.seed);
if (values.show !== undefined) {
  console.log(fuzzText(seed, Number(values.show)));
} else {
  console.log(`seed ${String(seed)}, ${values.count} cases`);
  const { findings, ...counts } = await fuzz({ seed, count: Number(values.count) });
  console.log(JSON.stringify(counts));
  for (const finding of findings) console.log(`✘ ${finding}`);
  if (findings.length > 0) process.exitCode = 1;
}
