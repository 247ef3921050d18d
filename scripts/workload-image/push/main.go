// Command push makes a small image out of the container it runs in and pushes it to a registry without TLS, so that a
// test can play whoever has write access to one.
//
//	push --to HOST:PORT/REPOSITORY:TAG [--user USER] [--env KEY=VALUE]... -- COMMAND [ARGUMENT]...
//
// The image has one layer: busybox with its applets, idle, serve, /etc/passwd and /etc/group. It runs COMMAND as USER.
// Equal arguments give equal images. The digest of its manifest is the only output.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// timeLimit is for everything together: a fraction of a second, or ten and more when two cores start a hundred pods.
const timeLimit = 30 * time.Second

const usage = "usage: push --to HOST:PORT/REPOSITORY:TAG [--user USER] [--env KEY=VALUE]... -- COMMAND [ARGUMENT]..."

func main() {
	asked, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, usage)
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "push: %v\n%s\n", err, usage)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	digest, err := push(ctx, "/", asked)
	if err != nil {
		fmt.Fprintln(os.Stderr, "push:", err)
		os.Exit(1)
	}
	fmt.Println(digest)
}

// request is what the command line asks for.
type request struct {
	to  reference
	run runConfig
}

// push builds the image from the files below root and uploads it. It returns the digest of the manifest.
func push(ctx context.Context, root string, asked request) (string, error) {
	layer, err := layerOf(root)
	if err != nil {
		return "", err
	}
	made, err := imageOf(layer, asked.run)
	if err != nil {
		return "", err
	}
	return upload(ctx, asked.to, made)
}

func parse(args []string) (request, error) {
	flags := flag.NewFlagSet("push", flag.ContinueOnError)
	// main says what is wrong.
	flags.SetOutput(io.Discard)
	asked := request{run: runConfig{Env: []string{defaultPath}}}
	to := flags.String("to", "", "")
	flags.StringVar(&asked.run.User, "user", "", "")
	flags.Func("env", "", func(pair string) error {
		if name, _, found := strings.Cut(pair, "="); !found || name == "" {
			return errors.New("wanted KEY=VALUE")
		}
		asked.run.Env = append(asked.run.Env, pair)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return request{}, err
	}
	asked.run.Cmd = flags.Args()
	if len(asked.run.Cmd) == 0 {
		return request{}, errors.New("no command: write it after --")
	}
	var err error
	asked.to, err = parseReference(*to)
	return asked, err
}
