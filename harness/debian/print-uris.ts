/** What apt would download: one package file. */
export interface DebFile {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Reads the output of `apt-get download --print-uris`: `'URI' file-name size hash` per line. The file name is
 * `name_version_architecture.deb` with `%3a` for the colon of an epoch.
 */
export function parsePrintedUris(text: string): DebFile[] {
  return text.split('\n').flatMap((line) => {
    const match = /^'[^']+' (?<file>(?<name>[^_ ]+)_(?<version>[^_ ]+)_[^_ ]+\.deb) (?<size>\d+)/.exec(line);
    const { file, name, version, size } = match?.groups ?? {};
    if (file === undefined || name === undefined || version === undefined) return [];
    return [{ name, version: decodeURIComponent(version), fileName: file, size: Number(size) }];
  });
}
