import type { KnownError } from './known-error.ts';

/** Names, certificates and connections, in the words of Go, curl and Node. */
export const CONNECTION_ERRORS: readonly KnownError[] = [
  {
    id: 'TLS_UNKNOWN_CA',
    pattern:
      /x509: certificate signed by unknown authority|unable to (?:verify the first certificate|get local issuer certificate)|self-signed certificate in certificate chain/,
    sample: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    cause:
      'The certificate comes from somebody this machine does not know: often a company proxy that opens connections.',
    hint: 'Add the proxy’s certificate to the engine’s machine and restart the engine; for Node set NODE_EXTRA_CA_CERTS.',
    link: 'https://docs.docker.com/engine/security/certificates/',
  },
  {
    id: 'TLS_CLOCK',
    pattern:
      /x509: certificate has expired or is not yet valid|certificate is not yet valid|CERT_NOT_YET_VALID/,
    sample:
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-27T20:11:02Z is before 2026-11-27T22:00:00Z',
    cause: 'The clocks of this machine and of the cluster differ, mostly after a laptop slept.',
    hint: '`npm run doctor` (D17) measures it. Restart the engine’s virtual machine; run with --fresh.',
    link: 'https://github.com/docker/for-win/issues/4526',
  },
  {
    id: 'TLS_WRONG_NAME',
    pattern: /x509: certificate is valid for [^\n]*, not /,
    sample: 'x509: certificate is valid for 10.96.0.1, 172.18.0.2, not 127.0.0.1',
    cause:
      'Somebody else answers at that address: another cluster took the port, or the address of a node changed.',
    hint: 'Run with --fresh. After a restart of the machine a kept cluster is of no use.',
    link: 'https://github.com/kubernetes-sigs/kind/issues/2045',
  },
  {
    id: 'TLS_HANDSHAKE_TIMEOUT',
    pattern: /net\/http: TLS handshake timeout/,
    sample: 'Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout',
    cause:
      'The other side accepted the connection and then said nothing for ten seconds: overload, or a proxy in between.',
    hint: 'Run again; if it stays so, look at proxy and VPN.',
    link: 'https://pkg.go.dev/net/http#Transport',
  },
  {
    id: 'DNS_NOT_FOUND',
    pattern: /dial tcp: lookup \S+(?: on \S+)?: no such host|getaddrinfo ENOTFOUND/,
    sample:
      'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host',
    cause:
      'The name cannot be found: no network, a wrong name, or a resolver that knows only a company’s names.',
    hint: 'Try `getent hosts NAME`. Without a network podproof needs images that are there already.',
    link: 'https://docs.docker.com/engine/daemon/troubleshoot/#dns-resolver-issues',
  },
  {
    id: 'DNS_SILENT',
    pattern: /dial tcp: lookup [^\n]*(?:i\/o timeout|server misbehaving)|getaddrinfo EAI_AGAIN/,
    sample:
      'dial tcp: lookup kindest.example on 192.0.2.53:53: read udp 172.18.0.2:58153->192.0.2.53:53: i/o timeout',
    cause: 'The name server does not answer.',
    hint: 'Look at /etc/resolv.conf on the engine’s machine; VPNs change it.',
    link: 'https://docs.docker.com/engine/daemon/troubleshoot/#dns-resolver-issues',
  },
  {
    id: 'PROXY_UNREACHABLE',
    pattern: /proxyconnect tcp: /,
    sample:
      'Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp 192.0.2.1:3128: connect: connection refused',
    cause: 'HTTP_PROXY or HTTPS_PROXY names a proxy that does not answer.',
    hint: 'Correct or unset the variables, also in the engine’s configuration.',
    link: 'https://docs.docker.com/engine/daemon/proxy/',
  },
  {
    id: 'PROXY_LOGIN',
    pattern: /Proxy Authentication Required/,
    sample: 'Get "https://registry-1.docker.io/v2/": Proxy Authentication Required',
    cause: 'The proxy wants a name and a password.',
    hint: 'Put them into HTTPS_PROXY (http://name:password@host:port), also in the engine’s configuration.',
    link: 'https://docs.docker.com/engine/daemon/proxy/',
  },
  {
    id: 'CONNECTION_REFUSED',
    pattern: /ECONNREFUSED 127\.0\.0\.1:\d+|The connection to the server \S+ was refused/,
    sample: 'connect ECONNREFUSED 127.0.0.1:41021',
    cause: 'Nobody listens at that address: what should answer there has stopped.',
    hint: 'Of a cluster: `docker ps -a` shows whether its nodes run; run with --fresh. Of an engine: start it.',
    link: 'https://kubernetes.io/docs/tasks/debug/debug-cluster/troubleshoot-kubectl/',
    isSymptom: true,
  },
  {
    id: 'NETWORK_UNREACHABLE',
    pattern: /connect: network is unreachable|connect: no route to host|\bENETUNREACH\b|\bEHOSTUNREACH\b/,
    sample: 'dial tcp 203.0.113.7:443: connect: network is unreachable',
    cause: 'There is no way to that address: no network, IPv6 that leads nowhere, a VPN, a firewall.',
    hint: 'Look at `ip route get ADDRESS` on the machine that said so.',
    link: 'https://docs.docker.com/engine/network/packet-filtering-firewalls/',
  },
  {
    id: 'CONNECTION_CUT',
    pattern: /read: connection reset by peer|\bECONNRESET\b|socket hang up/,
    sample: 'read tcp 127.0.0.1:51034->127.0.0.1:41021: read: connection reset by peer',
    cause: 'The other side ended the connection: it stopped, or something in between did.',
    hint: 'Run again; look whether the nodes and the engine still run.',
    link: 'https://kubernetes.io/docs/tasks/debug/debug-cluster/',
    isSymptom: true,
  },
];
