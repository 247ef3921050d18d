/**
 * The program that answers commands on a node: started once by the engine's exec, it then starts each command
 * itself. An exec costs the engine a tenth of a second of processor time, a fork a hundredth of that. What it speaks
 * is described in harness/session/protocol.ts.
 *
 * Perl, because every Debian-based node image has it (package perl-base is essential there) and nothing else on a
 * node can start a program with separate streams and tell its true ending without going through a shell. Where it is
 * missing, each command is an exec of its own. Its alarm clock knows whole seconds only.
 */
export const SESSION_PROGRAM = String.raw`
use strict;
use IO::Select;
binmode STDIN; binmode STDOUT; $| = 1; $SIG{PIPE} = 'IGNORE';
my $cap = 8 * 1024 * 1024;
print "ready\n";
sub word { my $n = <STDIN>; defined $n or exit 0; chomp $n; my $b = ''; my $got = 0;
  while ($got < $n) { my $r = read(STDIN, $b, $n - $got, $got); $r or exit 0; $got += $r; } return $b; }
while (defined(my $line = <STDIN>)) {
  chomp $line;
  my ($id, $count, $input, $limit) = split / /, $line;
  my @argv = map { word() } 1 .. $count;
  my $stdin = $input eq '-' ? undef : word();
  pipe(my $or, my $ow); pipe(my $er, my $ew); pipe(my $fr, my $fw); pipe(my $ir, my $iw);
  my $pid = fork();
  if (!defined $pid) { my $m = "fork: $!"; print "$id fail 0 0 ", length $m, " 0\n", $m; next; }
  if ($pid == 0) {
    setpgrp(0, 0); $SIG{PIPE} = 'DEFAULT';
    close $or; close $er; close $fr; close $iw;
    if (defined $stdin) { open STDIN, '<&', $ir } else { open STDIN, '<', '/dev/null' }
    open STDOUT, '>&', $ow; open STDERR, '>&', $ew;
    { no warnings; exec { $argv[0] } @argv; }
    syswrite $fw, "$!"; require POSIX; POSIX::_exit(127);
  }
  local $SIG{ALRM} = sub { kill 'KILL', -$pid; waitpid $pid, 0; exit 1 };
  alarm 1 + int($limit / 1000);
  close $ow; close $ew; close $fw; close $ir;
  my ($out, $err, $fail, $dropped, $sent) = ('', '', '', 0, 0);
  my $readers = IO::Select->new($or, $er, $fr);
  my $writers = IO::Select->new();
  if (defined $stdin && length $stdin) { $iw->blocking(0); $writers->add($iw) } else { close $iw }
  while ($readers->count) {
    my ($r, $w) = IO::Select->select($readers, $writers, undef);
    for my $h (@{ $w || [] }) {
      my $n = syswrite $h, $stdin, 65536, $sent;
      if (!defined $n) { next if $!{EAGAIN} || $!{EINTR}; $sent = length $stdin } else { $sent += $n }
      if ($sent >= length $stdin) { $writers->remove($h); close $h }
    }
    for my $h (@{ $r || [] }) {
      my $n = sysread $h, my $b, 65536;
      next if !defined $n && $!{EINTR};
      if (!$n) { $readers->remove($h); close $h; next }
      my $t = $h == $or ? \$out : $h == $er ? \$err : \$fail;
      if (length($$t) + $n > $cap) { $b = substr $b, 0, $cap - length $$t; $dropped = 1 }
      $$t .= $b;
    }
  }
  waitpid $pid, 0;
  alarm 0;
  my ($kind, $number) = $? & 127 ? ('signal', $? & 127) : ('exit', $? >> 8);
  if (length $fail) { ($kind, $number, $out, $err) = ('fail', 0, '', $fail) }
  print "$id $kind $number ", length $out, ' ', length $err, " $dropped\n", $out, $err;
}
`;
