/*
 * Does nothing for as long as it is wanted. As PID 1 it ends at once on SIGTERM or SIGINT (PID 1 without a handler
 * ignores them) and reaps orphans. It is the `pause` of every pod sandbox and the `idle` of the workload image.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void leave(int number) {
  (void)number;
  _exit(0);
}

static void reap(int number) {
  (void)number;
  while (waitpid(-1, NULL, WNOHANG) > 0)
    ;
}

int main(void) {
  struct sigaction on_end = {.sa_handler = leave};
  struct sigaction on_child = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP | SA_RESTART};
  if (sigaction(SIGTERM, &on_end, NULL) != 0 || sigaction(SIGINT, &on_end, NULL) != 0 ||
      sigaction(SIGCHLD, &on_child, NULL) != 0)
    return 1;
  for (;;)
    pause();
}
