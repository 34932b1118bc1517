package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.time.Instant;
import java.util.List;
import java.util.function.IntSupplier;

/** Tells of the daemon itself, and ends it. */
final class DaemonRequests {
  private final DaemonContext context;
  private final String version;
  private final Instant since;
  private final IntSupplier operations;
  private final RunningRequests running;
  private final Runnable stop;

  /**
   * @param operations how many requests are being answered
   * @param running which of them work on the store
   * @param stop begins the daemon's end, and returns at once
   */
  DaemonRequests(
      DaemonContext context,
      String version,
      Instant since,
      IntSupplier operations,
      RunningRequests running,
      Runnable stop) {
    this.context = context;
    this.version = version;
    this.since = since;
    this.operations = operations;
    this.running = running;
    this.stop = stop;
  }

  Answer.DaemonStatus status() {
    Runtime runtime = Runtime.getRuntime();
    return new Answer.DaemonStatus(
        ProcessHandle.current().pid(),
        version,
        context.store().layout().root().toString(),
        since,
        context.mounts().all().size(),
        runtime.totalMemory() - runtime.freeMemory(),
        operations.getAsInt());
  }

  Answer.Done stop(Request.Stop request) throws ControlException {
    if (!request.force()) {
      for (ActiveMount mount : context.mounts().all()) {
        List<String> processes = BusyProcesses.of(mount.directory());
        if (!processes.isEmpty()) {
          throw ControlException.failed(
              mount.directory()
                  + " is in use by "
                  + String.join(", ", processes)
                  + "; end that first, or stop the daemon with --force");
        }
      }
      for (ActiveMount mount : context.mounts().detached()) {
        throw ControlException.failed(
            mount.what()
                + ", lazily unmounted from "
                + mount.directory()
                + ", is still in use; end what uses it first, or stop the daemon with --force");
      }
      running.endWhenIdle();
    }
    stop.run();
    return new Answer.Done();
  }
}
