package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests talk to the real program: the test binary becomes it when this variable is set.
const becomeSession = "PODPROOF_TEST_SESSION"

func TestMain(m *testing.M) {
	if os.Getenv(becomeSession) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

type program struct {
	t       *testing.T
	command *exec.Cmd
	input   io.WriteCloser
	answers *bufio.Reader
	stderr  bytes.Buffer
}

func startProgram(t *testing.T) *program {
	p := &program{t: t, command: exec.Command(os.Args[0])}
	p.command.Env = append(os.Environ(), becomeSession+"=1")
	p.command.Stderr = &p.stderr
	p.input, _ = p.command.StdinPipe()
	output, _ := p.command.StdoutPipe()
	p.answers = bufio.NewReader(output)
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.command.Process.Kill() })
	if line := p.line(); line != "ready" {
		t.Fatalf("said %q instead of ready", line)
	}
	return p
}

func (p *program) line() string {
	line, err := p.answers.ReadString('\n')
	if err != nil {
		p.t.Fatalf("no line: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

func (p *program) send(id string, limit time.Duration, stdin *string, argv ...string) {
	hasStdin, words := "-", argv
	if stdin != nil {
		hasStdin, words = "+", append(argv, *stdin)
	}
	fmt.Fprintf(p.input, "%s %d %s %d\n", id, len(argv), hasStdin, limit.Milliseconds())
	for _, word := range words {
		fmt.Fprintf(p.input, "%d\n%s", len(word), word)
	}
}

// receive returns "ID KIND NUMBER DROPPED" and both streams.
func (p *program) receive() (ending, stdout, stderr string) {
	fields := strings.Split(p.line(), " ")
	if len(fields) != 6 {
		p.t.Fatalf("an answer of %d fields: %q", len(fields), fields)
	}
	return strings.Join([]string{fields[0], fields[1], fields[2], fields[5]}, " "), p.bytes(fields[3]), p.bytes(fields[4])
}

func (p *program) bytes(count string) string {
	length, err := strconv.Atoi(count)
	if err != nil {
		p.t.Fatal(err)
	}
	stream := make([]byte, length)
	if _, err := io.ReadFull(p.answers, stream); err != nil {
		p.t.Fatal(err)
	}
	return string(stream)
}

func (p *program) expect(ending, stdout, stderr string) {
	p.t.Helper()
	gotEnding, gotStdout, gotStderr := p.receive()
	if gotEnding != ending || gotStdout != stdout || !strings.Contains(gotStderr, stderr) {
		p.t.Errorf("got %q, %.80q, %.200q, want %q, %.80q, %.80q", gotEnding, gotStdout, gotStderr, ending, stdout, stderr)
	}
}

func (p *program) ends(exitCode int) {
	p.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- p.command.Wait() }()
	select {
	case <-ended:
		if got := p.command.ProcessState.ExitCode(); got != exitCode {
			p.t.Errorf("exit %d instead of %d: %s", got, exitCode, p.stderr.String())
		}
	case <-time.After(5 * time.Second):
		p.t.Error("the program does not end")
	}
}

// inner is the process id of the program's only child.
func (p *program) inner() int {
	p.t.Helper()
	pid := p.command.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	child, notNumber := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil || notNumber != nil {
		p.t.Fatalf("the children are %q: %v", children, err)
	}
	return child
}

func text(value string) *string { return &value }

func TestEachCommandHasItsOwnStreamsAndEnding(t *testing.T) {
	p := startProgram(t)
	p.send("1", time.Minute, nil, "sh", "-c", "echo out; echo err >&2; exit 7")
	p.expect("1 exit 7 0", "out\n", "err\n")
	p.send("2", time.Minute, nil, "printf", "[%s]", "a b", "$(id)", "", "'", "\n", "ü🐳")
	p.expect("2 exit 0 0", "[a b][$(id)][]['][\n][ü🐳]", "")
	p.send("3", time.Minute, nil, "sh", "-c", "kill -9 $$")
	p.expect("3 signal 9 0", "", "")
	p.send("4", time.Minute, nil, "no-such-program")
	p.expect("4 fail 0 0", "", `"no-such-program"`)
	p.send("5", time.Minute, nil, "/etc/passwd")
	p.expect("5 fail 0 0", "", "permission denied")
	p.send("6", time.Minute, nil, "printf", "7 exit 0 0 0 0\n")
	p.expect("6 exit 0 0", "7 exit 0 0 0 0\n", "")
	p.input.Close()
	p.ends(0)
}

func TestInputArrivesWholeAndIsClosed(t *testing.T) {
	p := startProgram(t)
	long := strings.Repeat("x", 300_000)
	p.send("1", time.Minute, text(long), "cat")
	p.expect("1 exit 0 0", long, "")
	p.send("2", time.Minute, text(""), "cat")
	p.expect("2 exit 0 0", "", "")
	p.send("3", time.Minute, nil, "cat")
	p.expect("3 exit 0 0", "", "")
	p.send("4", time.Minute, text(long), "true")
	p.expect("4 exit 0 0", "", "")
}

func TestLongOutputIsCutAndTheEndingIsStillTold(t *testing.T) {
	p := startProgram(t)
	p.send("1", time.Minute, nil, "sh", "-c", "head -c 50000000 /dev/zero; echo err >&2; exit 3")
	p.expect("1 exit 3 1", strings.Repeat("\x00", longestOutput), "err\n")
	p.send("2", time.Minute, nil, "head", "-c", strconv.Itoa(longestOutput), "/dev/zero")
	p.expect("2 exit 0 0", strings.Repeat("\x00", longestOutput), "")
}

func TestWhatStillWritesIsWaitedFor(t *testing.T) {
	p := startProgram(t)
	p.send("1", time.Minute, nil, "sh", "-c", "(sleep 0.3; echo late) & echo early")
	p.expect("1 exit 0 0", "early\nlate\n", "")
}

func TestTheEndOfInputKillsTheCommandWithItsChildren(t *testing.T) {
	p := startProgram(t)
	seconds := "4" + strconv.Itoa(os.Getpid())
	p.send("1", time.Minute, nil, "sh", "-c", "sleep "+seconds+"; true")
	awaitProcesses(t, seconds, 2)
	p.input.Close()
	p.ends(1)
	awaitProcesses(t, seconds, 0)
}

// Each of them leaves the process group in another way.
func TestWhoLeavesTheGroupIsKilledToo(t *testing.T) {
	for number, command := range []string{
		"exec setsid sleep SECONDS",
		"setsid sleep SECONDS >/dev/null 2>&1 & sleep SECONDS",
		"(setsid sleep SECONDS &); sleep SECONDS",
		"(setsid setsid --fork sh -c 'sleep SECONDS; true' >/dev/null &); exec sleep SECONDS >/dev/null",
	} {
		p := startProgram(t)
		seconds := fmt.Sprintf("5%d%d", number, os.Getpid())
		p.send("1", time.Minute, nil, "sh", "-c", strings.ReplaceAll(command, "SECONDS", seconds))
		awaitProcesses(t, "sleep\x00"+seconds, min(number+1, 2))
		p.input.Close()
		p.ends(1)
		awaitProcesses(t, seconds, 0)
	}
}

func TestTheLimitKillsTheCommandAndEndsTheProgram(t *testing.T) {
	p := startProgram(t)
	seconds := "6" + strconv.Itoa(os.Getpid())
	p.send("1", 300*time.Millisecond, nil, "sh", "-c", "sleep "+seconds+"; true")
	p.ends(1)
	awaitProcesses(t, seconds, 0)
	if !strings.Contains(p.stderr.String(), `"sh" was killed`) {
		t.Errorf("says %q", p.stderr.String())
	}
}

// The container runtime kills the process that it knows, and nothing else, when a stream breaks on the node.
func TestTheDeathOfTheOuterProcessKillsTheCommandWithItsChildren(t *testing.T) {
	p := startProgram(t)
	seconds := "7" + strconv.Itoa(os.Getpid())
	p.send("1", time.Minute, nil, "sh", "-c", "sleep "+seconds+"; true")
	awaitProcesses(t, seconds, 2)
	p.command.Process.Signal(syscall.SIGKILL)
	awaitProcesses(t, seconds, 0)
}

func TestTheDeathOfTheOuterProcessEndsTheInnerOneAlsoWhenItWaits(t *testing.T) {
	p := startProgram(t)
	inner := p.inner()
	defer syscall.Kill(inner, syscall.SIGKILL)
	p.command.Process.Signal(syscall.SIGKILL)
	silent := make(chan error, 1)
	go func() {
		_, err := p.answers.ReadByte()
		silent <- err
	}()
	select {
	case err := <-silent:
		if err != io.EOF {
			t.Errorf("it goes on: %v", err)
		}
	case <-time.After(3 * time.Second):
		t.Error("it still has our pipe")
	}
}

func TestTheDeathOfTheInnerProcessKillsTheCommandAndEndsTheProgram(t *testing.T) {
	p := startProgram(t)
	seconds := "8" + strconv.Itoa(os.Getpid())
	p.send("1", time.Minute, nil, "sleep", seconds)
	awaitProcesses(t, seconds, 1)
	syscall.Kill(p.inner(), syscall.SIGKILL)
	awaitProcesses(t, seconds, 0)
	p.ends(1)
}

func TestWhatIsNoRequestEndsTheProgram(t *testing.T) {
	for _, line := range []string{"", "1 1 -", "1 x - 9", "1 0 - 9", "1 1 * 9", "1 1 - -9", "1 1 - 9\nx\n", "1 1 - 9\n-1\n"} {
		p := startProgram(t)
		fmt.Fprintf(p.input, "%s\n", line)
		p.ends(1)
	}
	for _, beginning := range []string{"1 1", "1 2 - 9\n4\ntr", "1 2 - 9\n4\ntrue", "1 1 + 9\n4\ntrue"} {
		p := startProgram(t)
		fmt.Fprint(p.input, beginning)
		p.input.Close()
		p.ends(1)
	}
}

// awaitProcesses waits until so many live processes have the word in their command line.
func awaitProcesses(t *testing.T, word string, wanted int) {
	t.Helper()
	var seen []int
	for range 100 {
		if seen = processesWith(t, word); len(seen) == wanted {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
	t.Errorf("processes %v with %q instead of %d", seen, word, wanted)
}

func processesWith(t *testing.T, word string) []int {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		t.Fatalf("no processes: %v", err)
	}
	var pids []int
	for _, file := range files {
		// A process that ended meanwhile has no command line any more.
		line, _ := os.ReadFile(file)
		if bytes.Contains(line, []byte(word)) {
			pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}
