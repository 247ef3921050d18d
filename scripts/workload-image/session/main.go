// Command session runs commands for whoever holds its standard input, so that many commands in a pod cost one exec.
//
// It speaks the protocol of harness/session/protocol.ts on standard input and output. It ends with its input, when a
// command outlives its limit and at the first request it does not understand; a command that runs then is killed
// with everything that belongs to it, so nothing outlives a connection that was cut.
//
// It is two processes. The container runtime knows the outer one, and when a stream between kubelet and runtime
// breaks it kills that one with SIGKILL and nothing else. The inner one, which the commands belong to, is told by
// the death of its parent and cleans up.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// inner is the argument that makes the program the inner process.
const inner = "serve"

func main() {
	// The kernel takes the end of a thread for the death of the parent (see Pdeathsig): this one lives to the end.
	runtime.LockOSThread()
	if len(os.Args) == 2 && os.Args[1] == inner {
		open, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		exitOn(serve(open, os.Stdin, os.Stdout))
		return
	}
	exitOn(serveInChild())
}

func serveInChild() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(program, inner)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return child.Run()
}

func exitOn(err error) {
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.Exited() {
		// It has said why.
		os.Exit(ended.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}
