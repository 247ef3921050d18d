import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes every generated page again: `npm run docs`. Each generator is a script of its own in scripts/generate, which
 * `npm run check` runs with `--check`.
 */
const folder = new URL('./generate/', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))) {
  // The list is the folder itself, so the paths cannot be written down.
  // oxlint-disable-next-line podproof/plain-imports
  await import(new URL(name, folder).href);
  console.log(`written by ${fileURLToPath(new URL(name, folder)).split('/').slice(-3).join('/')}`);
}
