/** A fork bomb ends at its pod, and its neighbours on the node can still start a process. No pod here needs fifty. */
export const TASKS_PER_POD = 1024;
