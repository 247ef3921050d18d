// Command session runs commands for whoever holds its standard input, so that many commands in a pod cost one exec.
//
// It speaks the protocol of harness/session/protocol.ts on standard input and output. It ends with its input, when a
// command outlives its limit and at the first request it does not understand; a command that runs then is killed
// with its whole process group, so nothing outlives a connection that was cut.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
)

func main() {
	// A command dies with the thread that started it (see Pdeathsig): this one lives as long as the program.
	runtime.LockOSThread()
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}

// serve answers requests one at a time until the input ends.
func serve(input io.Reader, answers io.Writer) error {
	if _, err := io.WriteString(answers, "ready\n"); err != nil {
		return err
	}
	incoming := receive(bufio.NewReader(input))
	for request := range incoming.requests {
		answer, err := run(incoming.open, request)
		if err != nil {
			return err
		}
		if _, err := answers.Write(answer.encode(request.id)); err != nil {
			return err
		}
	}
	return incoming.err
}

// connection is what one goroutine reads while the commands run.
type connection struct {
	requests <-chan request
	// open is done as soon as nothing more can come, also in the middle of a command.
	open context.Context
	// err tells why it ended, once requests is closed; nil for an orderly end.
	err error
}

func receive(input *bufio.Reader) *connection {
	// Whoever asks waits for the answer, so more than one request ahead is never there to be read.
	requests := make(chan request, 1)
	open, over := context.WithCancel(context.Background())
	incoming := &connection{requests: requests, open: open}
	go func() {
		defer close(requests)
		defer over()
		for {
			request, err := readRequest(input)
			if err == io.EOF {
				return
			}
			if err != nil {
				incoming.err = err
				return
			}
			requests <- request
		}
	}()
	return incoming
}
