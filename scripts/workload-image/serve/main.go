// Command serve answers who it is, over HTTP and UDP, so that a test can tell which pod a packet reached.
//
//	serve --http :8080 --udp :9001
//
// GET /nonce returns the environment variable PODPROOF_NONCE, GET /hostname the host name, GET /client the address
// that the request came from. A UDP datagram is answered with the nonce, a space and the datagram.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	httpAddress := flag.String("http", "", "address to answer HTTP on, such as :8080")
	udpAddress := flag.String("udp", "", "address to answer UDP on, such as :9001")
	flag.Parse()
	if flag.NArg() > 0 || (*httpAddress == "" && *udpAddress == "") {
		fmt.Fprintln(os.Stderr, "usage: serve [--http ADDRESS] [--udp ADDRESS]")
		os.Exit(2)
	}
	// As PID 1 of a container nobody else would end us: without a handler the kernel ignores these signals.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := serve(ctx, *httpAddress, *udpAddress); err != nil {
		log.Fatal(err)
	}
}

// serve answers on every address that is not empty until the context ends or a listener fails.
func serve(ctx context.Context, httpAddress, udpAddress string) error {
	failures := make(chan error, 2)
	if httpAddress != "" {
		listener, err := net.Listen("tcp", httpAddress)
		if err != nil {
			return err
		}
		defer listener.Close()
		server := &http.Server{Handler: routes(os.Getenv("PODPROOF_NONCE")), ReadHeaderTimeout: 5 * time.Second}
		go func() { failures <- server.Serve(listener) }()
		log.Printf("HTTP on %s", listener.Addr())
	}
	if udpAddress != "" {
		connection, err := net.ListenPacket("udp", udpAddress)
		if err != nil {
			return err
		}
		defer connection.Close()
		go func() { failures <- echo(connection, os.Getenv("PODPROOF_NONCE")) }()
		log.Printf("UDP on %s", connection.LocalAddr())
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failures:
		return err
	}
}

func routes(nonce string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /nonce", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, nonce) })
	mux.HandleFunc("GET /client", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RemoteAddr) })
	mux.HandleFunc("GET /hostname", func(w http.ResponseWriter, _ *http.Request) {
		name, err := os.Hostname()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		io.WriteString(w, name)
	})
	return mux
}

func echo(connection net.PacketConn, nonce string) error {
	datagram := make([]byte, 64*1024)
	for {
		size, sender, err := connection.ReadFrom(datagram)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		// The answer to one sender that is gone must not end the service of the others.
		if _, err := connection.WriteTo(append([]byte(nonce+" "), datagram[:size]...), sender); err != nil {
			log.Printf("answer to %s: %v", sender, err)
		}
	}
}
