module podproof.local/workload/session

go 1.26.0
