package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// longestOutput is kept of each stream; the rest is read and dropped. It counts against the memory of the pod.
const longestOutput = 1 << 20

// answer says how a command ended: "exit" and "signal" with a number, "fail" with the reason in stderr.
type answer struct {
	kind           string
	number         int
	stdout, stderr output
}

func (a *answer) encode(id string) []byte {
	dropped := 0
	if a.stdout.dropped || a.stderr.dropped {
		dropped = 1
	}
	head := fmt.Sprintf("%s %s %d %d %d %d\n", id, a.kind, a.number, a.stdout.kept.Len(), a.stderr.kept.Len(), dropped)
	return append(append([]byte(head), a.stdout.kept.Bytes()...), a.stderr.kept.Bytes()...)
}

// run starts a command and waits until it has ended and nobody can write to its streams any more, as an exec does.
// An error means that nobody will know how the command ended: the connection or the limit was over before.
func run(open context.Context, asked request) (*answer, error) {
	inTime, stop := context.WithTimeout(open, asked.limit)
	defer stop()
	command := exec.Command(asked.argv[0], asked.argv[1:]...)
	if asked.hasStdin {
		command.Stdin = strings.NewReader(asked.stdin)
		// A command need not read its input, and whoever it left behind with it will not be waited for.
		command.WaitDelay = time.Second
	}
	// A session of its own, as a program started by exec has: one signal reaches it with almost everything it starts.
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	said := &answer{}
	streams, err := start(command, said)
	if err != nil {
		said.fail(err)
		return said, nil
	}
	disarm := context.AfterFunc(inTime, func() {
		endFamily(command.Process.Pid, streams.names())
		streams.close()
	})
	streams.drain()
	// What it returns is in ProcessState as well, and that stdin was not read to its end is no error.
	_ = command.Wait()
	if !disarm() {
		return nil, fmt.Errorf("%.80q was killed: %w", asked.argv[0], context.Cause(inTime))
	}
	said.ended(command.ProcessState.Sys().(syscall.WaitStatus))
	return said, nil
}

func (a *answer) ended(status syscall.WaitStatus) {
	if status.Signaled() {
		a.kind, a.number = "signal", int(status.Signal())
		return
	}
	a.kind, a.number = "exit", status.ExitStatus()
}

func (a *answer) fail(err error) {
	*a = answer{kind: "fail"}
	a.stderr.kept.WriteString(err.Error())
}

// pipes are our ends of what a command writes to.
type pipes []struct {
	from io.ReadCloser
	into *output
}

func start(command *exec.Cmd, said *answer) (pipes, error) {
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	return pipes{{stdout, &said.stdout}, {stderr, &said.stderr}}, command.Start()
}

func (p pipes) drain() {
	var readers sync.WaitGroup
	for _, pipe := range p {
		readers.Go(func() { io.Copy(pipe.into, pipe.from) })
	}
	readers.Wait()
}

// names are those that the kernel gives to the pipes, at both ends.
func (p pipes) names() map[string]bool {
	names := map[string]bool{}
	for _, pipe := range p {
		// What exec.Cmd returns is a file; its Fd method would make it one that close does not interrupt.
		if info, err := pipe.from.(interface{ Stat() (os.FileInfo, error) }).Stat(); err == nil {
			names[fmt.Sprintf("pipe:[%d]", info.Sys().(*syscall.Stat_t).Ino)] = true
		}
	}
	return names
}

// close ends drain also where somebody who escaped the kill still holds the other end.
func (p pipes) close() {
	for _, pipe := range p {
		pipe.from.Close()
	}
}

// output keeps the beginning of what is written to it.
type output struct {
	kept    bytes.Buffer
	dropped bool
}

func (o *output) Write(chunk []byte) (int, error) {
	room := longestOutput - o.kept.Len()
	if len(chunk) > room {
		o.dropped = true
		o.kept.Write(chunk[:room])
	} else {
		o.kept.Write(chunk)
	}
	return len(chunk), nil
}
