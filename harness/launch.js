#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node cannot even read the rest, and would complain about syntax or about an
// unknown file extension instead of saying what is wrong.
import module from 'node:module';
import process from 'node:process';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `podproof needs Node 24 or newer; this is Node ${process.versions.node}.\n` +
      'Run it through npm (`npm run scenarios`): `npm ci` brings Node 24 along, unless install scripts were disabled.\n' +
      'In that case: `npm rebuild node`, or install Node 24.\n',
  );
  process.exitCode = 3;
} else {
  module.enableCompileCache?.();
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
}
