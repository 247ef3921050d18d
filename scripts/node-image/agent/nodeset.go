package main

import (
	"slices"
	"strings"
)

// nodeSet is the last known state of all nodes by name.
type nodeSet map[string]node

func (set nodeSet) put(n node) { set[n.name] = n }

// change applies a watch event and tells whether anything that we look at differs. Nodes are updated all the time by
// their heartbeats; most events change nothing for us.
func (set nodeSet) change(kind string, n node) bool {
	switch kind {
	case "ADDED", "MODIFIED":
		before, known := set[n.name]
		set.put(n)
		return !known || before != n
	case "DELETED":
		_, known := set[n.name]
		delete(set, n.name)
		return known
	default:
		return false
	}
}

func (set nodeSet) sorted() []node {
	list := make([]node, 0, len(set))
	for _, n := range set {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b node) int { return strings.Compare(a.name, b.name) })
	return list
}
