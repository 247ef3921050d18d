package main

import (
	"bufio"
	"context"
	"io"
)

// serve answers requests one at a time until the input ends or the context does.
func serve(open context.Context, input io.Reader, answers io.Writer) error {
	if _, err := io.WriteString(answers, "ready\n"); err != nil {
		return err
	}
	incoming := receive(open, bufio.NewReader(input))
	for {
		select {
		case <-open.Done():
			return context.Cause(open)
		case request, more := <-incoming.requests:
			if !more {
				return incoming.err
			}
			answer, err := run(incoming.open, request)
			if err != nil {
				return err
			}
			if _, err := answers.Write(answer.encode(request.id)); err != nil {
				return err
			}
		}
	}
}

// connection is what one goroutine reads while the commands run.
type connection struct {
	requests <-chan request
	// open is done as soon as nothing more can come, also in the middle of a command.
	open context.Context
	// err tells why it ended, once requests is closed; nil for an orderly end.
	err error
}

func receive(outer context.Context, input *bufio.Reader) *connection {
	// Whoever asks waits for the answer, so more than one request ahead is never there to be read.
	requests := make(chan request, 1)
	open, over := context.WithCancel(outer)
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
