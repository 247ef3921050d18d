package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// longestWord keeps a garbled length from asking for all the memory of the pod.
const longestWord = 64 << 20

type request struct {
	id       string
	argv     []string
	stdin    string
	hasStdin bool
	limit    time.Duration
}

// readRequest returns io.EOF only where a request could have begun.
func readRequest(input *bufio.Reader) (request, error) {
	line, err := readLine(input)
	if err != nil {
		return request{}, err
	}
	asked, count, err := parseRequestLine(line)
	if err != nil {
		return request{}, err
	}
	for range count {
		word, err := readWord(input)
		if err != nil {
			return request{}, cutShort(err)
		}
		asked.argv = append(asked.argv, word)
	}
	if asked.hasStdin {
		if asked.stdin, err = readWord(input); err != nil {
			return request{}, cutShort(err)
		}
	}
	return asked, nil
}

func parseRequestLine(line string) (request, int, error) {
	fields := strings.Split(line, " ")
	if len(fields) != 4 || fields[0] == "" || (fields[2] != "+" && fields[2] != "-") {
		return request{}, 0, fmt.Errorf("not a request: %.80q", line)
	}
	count, countErr := strconv.Atoi(fields[1])
	limit, limitErr := strconv.Atoi(fields[3])
	if countErr != nil || limitErr != nil || count < 1 || limit < 0 {
		return request{}, 0, fmt.Errorf("not a request: %.80q", line)
	}
	asked := request{id: fields[0], hasStdin: fields[2] == "+", limit: time.Duration(limit) * time.Millisecond}
	return asked, count, nil
}

func readWord(input *bufio.Reader) (string, error) {
	line, err := readLine(input)
	if err != nil {
		return "", err
	}
	length, err := strconv.Atoi(line)
	if err != nil || length < 0 || length > longestWord {
		return "", fmt.Errorf("not the length of a word: %.80q", line)
	}
	word := make([]byte, length)
	_, err = io.ReadFull(input, word)
	return string(word), err
}

// readLine returns io.EOF for an input that ended before the line began. A line is never longer than the buffer.
func readLine(input *bufio.Reader) (string, error) {
	line, err := input.ReadSlice('\n')
	if err == nil {
		return string(line[:len(line)-1]), nil
	}
	if err == io.EOF && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return "", err
}

func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
