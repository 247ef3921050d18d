// Command registry is the API of the CNCF distribution registry on :5000, without TLS and without the storage of any
// cloud: images live in its memory and are gone with the process. Nobody can delete one.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
)

func main() {
	// As PID 1 of a container nobody else would end us: without a handler the kernel ignores these signals.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	server := &http.Server{Handler: handlers.NewApp(ctx, settings()), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	listener, err := net.Listen("tcp", ":5000")
	if err != nil {
		log.Fatal(err)
	}
	// Whoever starts the container waits for this line.
	log.Printf("listening on %s", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func settings() *configuration.Configuration {
	return &configuration.Configuration{
		Storage: configuration.Storage{
			"inmemory": nil,
			// Nothing here grows old enough to be cleaned up.
			"maintenance": {"uploadpurging": map[any]any{"enabled": false}},
		},
	}
}
