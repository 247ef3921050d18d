import type { KnownError } from './known-error.ts';

/** The builders of podproof: Go modules, Debian packages, and the programs around them. */
export const DOWNLOAD_ERRORS: readonly KnownError[] = [
  {
    id: 'GO_OFFLINE',
    pattern: /module lookup disabled by GOPROXY=off/,
    sample: 'go: sigs.k8s.io/kind@v0.33.0: module lookup disabled by GOPROXY=off',
    cause: 'Go is told to download nothing, and the module is not in its cache.',
    hint: '`go env -u GOPROXY`, or unset the variable.',
    link: 'https://go.dev/ref/mod#environment-variables',
  },
  {
    id: 'GO_PROXY_REFUSED',
    pattern:
      /go: module [^\n]*\/@v\/list": dial tcp [^\n]*connection refused|\/@v\/[^\n"]*": dial tcp [^\n]*connection refused/,
    sample:
      'go: module sigs.k8s.io/kind: Get "http://127.0.0.1:1/sigs.k8s.io/kind/@v/list": dial tcp 127.0.0.1:1: connect: connection refused',
    cause: 'The module proxy that GOPROXY names does not answer.',
    hint: 'Correct GOPROXY (`go env GOPROXY`).',
    link: 'https://go.dev/ref/mod#module-proxy',
  },
  {
    id: 'GO_CHECKSUM',
    pattern: /verifying \S+: checksum mismatch/,
    sample:
      'verifying sigs.k8s.io/kind@v0.33.0: checksum mismatch\n\tdownloaded: h1:aaa=\n\tgo.sum:     h1:bbb=',
    cause: 'The module is not the one that was recorded: damaged in a cache or a proxy, or changed.',
    hint: '`npm run clean -- --all` empties our module cache. If it stays so, do not use that proxy.',
    link: 'https://go.dev/ref/mod#authenticating',
  },
  {
    id: 'GO_TOO_OLD',
    pattern: /requires go >= \S+ \(running go /,
    sample: 'go: go.mod requires go >= 1.26 (running go 1.22.2; GOTOOLCHAIN=local)',
    cause: 'The Go of this machine is older than the module needs and may not fetch a newer one.',
    hint: 'Install Go 1.26 or newer (https://go.dev/dl), or `go env -w GOTOOLCHAIN=auto`.',
    link: 'https://go.dev/doc/toolchain',
  },
  {
    id: 'GO_NO_COMPILER',
    pattern: /cgo: C compiler "[^"]+" not found/,
    sample: 'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
    cause: 'runc is partly C, and there is no C compiler.',
    hint: 'Install gcc and libc6-dev.',
    link: 'https://pkg.go.dev/cmd/cgo',
  },
  {
    id: 'GO_KILLED',
    pattern: /(?:compile|link|asm|go build)[^\n]*: signal: killed/,
    sample: '/usr/local/go/pkg/tool/linux_amd64/link: signal: killed',
    cause: 'The kernel ended the compiler: the machine ran out of memory.',
    hint: 'Close programs or add swap: building Kubernetes takes about 4 GiB.',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#failure-to-build-node-image',
  },
  {
    id: 'GO_UNKNOWN_REVISION',
    pattern: /go: [^\n]*: unknown revision /,
    sample:
      'go: sigs.k8s.io/kind@v9.9.9: reading sigs.k8s.io/kind/go.mod at revision v9.9.9: unknown revision v9.9.9',
    cause: 'There is no such version of the module, or the proxy does not know it yet.',
    hint: 'Check the version; another proxy may have it.',
    link: 'https://go.dev/ref/mod#versions',
  },
  {
    id: 'APT_NAME',
    pattern: /(?:Temporary failure resolving|Could not resolve) '[^']+'/,
    sample:
      "W: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Could not resolve 'mirror.example'",
    cause: 'The Debian mirror of /etc/apt cannot be found: no network, or a wrong name.',
    hint: 'Try `apt-get update`; it must work on this machine.',
    link: 'https://wiki.debian.org/SourcesList',
  },
  {
    id: 'APT_REFUSED',
    pattern: /Could not connect to \S+ \([^)]*\)/,
    sample:
      'W: Failed to fetch http://127.0.0.1:1/debian/dists/bookworm/InRelease  Could not connect to 127.0.0.1:1 (127.0.0.1). - connect (111: Connection refused)',
    cause: 'The Debian mirror, or the proxy that apt is told to use, does not answer.',
    hint: 'Look at /etc/apt/sources.list and `apt-config dump | grep Proxy`.',
    link: 'https://wiki.debian.org/SourcesList',
  },
  {
    id: 'APT_HASH',
    pattern: /Hash Sum mismatch/,
    sample:
      'E: Failed to fetch http://mirror.example/debian/pool/main/r/runc/runc_1.1.5.deb  Hash Sum mismatch',
    cause:
      'The file is not the one the mirror announced: the mirror is being updated, or a proxy keeps an old copy.',
    hint: 'Run again in some minutes; if it stays so, use another mirror.',
    link: 'https://wiki.debian.org/SecureApt',
  },
  {
    id: 'APT_CLOCK',
    pattern: /Release file for \S+ is (?:not valid yet|expired)/,
    sample:
      'E: Release file for http://mirror.example/debian/dists/bookworm/InRelease is not valid yet (invalid for another 2h 3min 5s). Updates for this repository will not be applied.',
    cause: 'The clock of this machine is wrong, or the mirror has not been updated for a long time.',
    hint: 'Compare `date` with the right time; otherwise use another mirror.',
    link: 'https://wiki.debian.org/SecureApt',
  },
  {
    id: 'APT_KEY',
    pattern: /NO_PUBKEY [0-9A-F]+|The following signatures couldn't be verified/,
    sample:
      "W: GPG error: http://mirror.example bookworm InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9",
    cause: 'This machine lacks the key that the mirror is signed with.',
    hint: 'Install debian-archive-keyring.',
    link: 'https://wiki.debian.org/SecureApt',
  },
  {
    id: 'APT_LOCKED',
    pattern: /Could not get lock \S+/,
    sample: 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)',
    cause: 'Another program is installing packages.',
    hint: 'Wait until it is done, then run again.',
    link: 'https://wiki.debian.org/Apt',
  },
  {
    id: 'APT_NO_PACKAGE',
    pattern: /E: Unable to locate package \S+/,
    sample: 'E: Unable to locate package no-such-package',
    cause:
      'The sources of this machine have no such package: another release, or lists that were never fetched.',
    hint: '`apt-get update`; podproof wants Debian 12 or newer.',
    link: 'https://wiki.debian.org/SourcesList',
  },
  {
    id: 'UNSHARE_DENIED',
    pattern: /unshare: unshare failed: Operation not permitted/,
    sample: 'unshare: unshare failed: Operation not permitted',
    cause: 'This user, or the container that podproof runs in, may not make namespaces.',
    hint: 'Run as root, or in a container with --privileged.',
    link: 'https://man7.org/linux/man-pages/man1/unshare.1.html',
  },
];
