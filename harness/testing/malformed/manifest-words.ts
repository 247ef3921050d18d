import { edited, inMetadata, inSpec, manifest } from './manifest-case.ts';
import type { Malformed } from './malformed.ts';
import { MANIFEST } from './scenario-files.ts';

/** Y11 to Y19: words that are not what they look like. */
export const WORDS: readonly Malformed[] = [
  manifest(
    'Y11',
    'a misspelt field',
    edited('hostNetwork', 'hostNetwrok'),
    '6:3  unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?',
  ),
  manifest(
    'Y11',
    'two misspelt fields, both told',
    edited('hostNetwork', 'hostNetwrok').replace('image:', 'imgae:'),
    '6:3  unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?',
    '8:7  spec.containers.0.image must be localhost/podproof/workload:v1, which is on every node, or localhost:5001/podproof/NAME, which its scenario pushes, not null.',
    '9:7  unknown field "imgae" in Pod.spec.containers.0. Did you mean "image"?',
  ),
  manifest(
    'Y12',
    'text instead of true',
    edited('hostNetwork: true', 'hostNetwork: "yes"'),
    '6:3  spec.hostNetwork must be true or false (without quotes), not "yes".',
  ),
  manifest(
    'Y12',
    'a map instead of a list',
    edited('[sleep, infinity]', '{ sleep: infinity }'),
    '10:7  spec.containers.0.command must be a list, not {"sleep":"infinity"}.',
  ),
  manifest(
    'Y12',
    'half a second',
    inSpec('terminationGracePeriodSeconds: 0.5'),
    '7:3  spec.terminationGracePeriodSeconds must be a whole number, not 0.5.',
  ),
  manifest(
    'Y13',
    'no where text is wanted',
    inMetadata('  labels: { answer: no }'),
    '5:13  metadata.labels.answer must be text, and YAML 1.1 reads the unquoted no as false. Quote it: "no".',
  ),
  manifest(
    'Y13',
    '0644 where text is wanted',
    edited('infinity]', '0644]'),
    '10:24  spec.containers.0.command.1 must be text, and YAML 1.1 reads the unquoted 0644 as 420. Quote it: "0644".',
  ),
  manifest(
    'Y13',
    '1e3 where text is wanted',
    edited('infinity]', '1e3]'),
    '10:24  spec.containers.0.command.1 must be text, and YAML 1.1 reads the unquoted 1e3 as 1000. Quote it: "1e3".',
  ),
  manifest(
    'Y13',
    '0644 where a number is wanted',
    inSpec('securityContext: { runAsUser: 0644 }'),
    '7:22  spec.securityContext.runAsUser must be written plainly: YAML 1.1 reads 0644 as 420 and YAML 1.2 as 644. Write 420.',
  ),
  manifest(
    'Y13',
    '1e3 where a number is wanted',
    inSpec('securityContext: { runAsUser: 1e3 }'),
    '7:22  spec.securityContext.runAsUser must be written plainly: YAML reads 1e3 as 1000. Write 1000.',
  ),
  manifest(
    'Y13',
    'yes where true is wanted',
    edited('hostNetwork: true', 'hostNetwork: yes'),
    '6:3  spec.hostNetwork must be written plainly: YAML 1.1 reads yes as true and YAML 1.2 as the text "yes". Write true.',
  ),
  manifest(
    'Y13',
    'a date where text is wanted',
    inMetadata('  annotations: { since: 2026-11-23 }'),
    '5:18  metadata.annotations.since must be text, and YAML 1.1 reads the unquoted 2026-11-23 as a date. Quote it: "2026-11-23".',
  ),
  manifest(
    'Y13',
    'on as a key',
    inMetadata('  labels: { on: x }'),
    '5:13  a key must be text, and YAML 1.1 reads on as true. Quote it: "on".',
  ),
  manifest('Y14', 'a NUL byte', edited('pod-hn', 'pod\0hn'), '4:12  invisible control character U+0000.'),
  manifest(
    'Y14',
    'a byte order mark',
    `\uFEFF${MANIFEST}`,
    '1:1  invisible control character U+FEFF. Save the file without a byte order mark.',
  ),
  manifest('Y14', 'line breaks of Windows, which change nothing', MANIFEST.replaceAll('\n', '\r\n')),
  manifest('Y14', 'a carriage return alone', `# x\r${MANIFEST}`, '1:4  invisible control character U+000D.'),
  manifest(
    'Y14',
    'a byte that is not UTF-8',
    Buffer.concat([Buffer.from('# ä\n# '), Buffer.from([0xff]), Buffer.from(`\n${MANIFEST}`)]),
    '2:3  is not UTF-8 from here on. Save it as UTF-8.',
  ),
  manifest(
    'Y14',
    'a switch of the writing direction',
    edited('kind: Pod', 'kind: Pod # \u202Edilav'),
    '2:13  invisible control character U+202E.',
  ),
  manifest('Y16', 'an include', `include: ../../x\n${MANIFEST}`, '1:1  unknown field "include" in Pod.'),
  manifest(
    'Y19',
    'the key __proto__',
    edited('hostNetwork: true', '__proto__: 1'),
    '6:3  the key __proto__ is not allowed.',
  ),
  manifest(
    'Y19',
    'the key constructor',
    inMetadata('  labels: { constructor: x }'),
    '5:13  the key constructor is not allowed.',
  ),
];
