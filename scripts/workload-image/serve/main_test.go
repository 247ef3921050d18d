package main

import (
	"io"
	"net"
	"net/http/httptest"
	"testing"
	"time"
)

func TestHTTPAnswersTheNonceAndNothingElseByChance(t *testing.T) {
	for path, want := range map[string]string{"/nonce": "7f3c", "/client": "192.0.2.1:1234"} {
		recorder := httptest.NewRecorder()
		routes("7f3c").ServeHTTP(recorder, httptest.NewRequest("GET", path, nil))
		body, _ := io.ReadAll(recorder.Body)
		if recorder.Code != 200 || string(body) != want {
			t.Errorf("%s: %d %q, want %q", path, recorder.Code, body, want)
		}
	}
	recorder := httptest.NewRecorder()
	routes("7f3c").ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	if recorder.Code != 404 {
		t.Errorf("/ answered %d, want 404", recorder.Code)
	}
}

func TestUDPAnswersWithTheNonce(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go echo(server, "7f3c")
	client, err := net.Dial("udp", server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.SetDeadline(time.Now().Add(2 * time.Second))
	client.Write([]byte("hello"))
	answer := make([]byte, 64)
	size, err := client.Read(answer)
	if err != nil || string(answer[:size]) != "7f3c hello" {
		t.Errorf("got %q, %v", answer[:size], err)
	}
}
