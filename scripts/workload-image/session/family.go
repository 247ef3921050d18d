package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// mostPasses ends the search below a command that starts processes faster than they can be stopped.
const mostPasses = 50

// endFamily kills a command with everything that belongs to it: its process group, its descendants, and whoever still
// holds one of its streams, which an exec would wait for. The last two find those who made a session of their own. Only
// who left its parents and its streams behind, as a daemon does, goes on.
//
// All are stopped before the first is killed: the children of the dead have no parent to be found by, and who is
// stopped starts no others.
func endFamily(pid int, streams map[string]bool) {
	family := map[int]bool{pid: true}
	syscall.Kill(-pid, syscall.SIGSTOP)
	for range mostPasses {
		strangers := relatives(family, streams)
		if len(strangers) == 0 {
			break
		}
		for _, member := range strangers {
			family[member] = true
			syscall.Kill(member, syscall.SIGSTOP)
		}
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	for member := range family {
		syscall.Kill(member, syscall.SIGKILL)
	}
}

// relatives are the processes that belong to the family and are not in it yet. We hold the other ends of its streams.
func relatives(family map[int]bool, streams map[string]bool) []int {
	var found []int
	for pid, parent := range parents() {
		if !family[pid] && pid != os.Getpid() && (family[parent] || holds(pid, streams)) {
			found = append(found, pid)
		}
	}
	return found
}

// parents is a table of all processes that can be seen, read from proc_pid_stat(5). The command in its second field may
// contain anything, so the fields are counted from its last bracket.
func parents() map[int]int {
	table := map[int]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		// A process that ended meanwhile has no file any more, and no relatives.
		line, _ := os.ReadFile(file)
		fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
		if len(fields) < 2 {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		table[pid], _ = strconv.Atoi(fields[1])
	}
	return table
}

// holds says no of processes of other users: we could not kill those either.
func holds(pid int, streams map[string]bool) bool {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	open, _ := os.ReadDir(folder)
	for _, descriptor := range open {
		if name, err := os.Readlink(filepath.Join(folder, descriptor.Name())); err == nil && streams[name] {
			return true
		}
	}
	return false
}
