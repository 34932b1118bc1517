package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        context.mounts().shown().size(),
        context.mounts().detached().size(),
        runtime.totalMemory() - runtime.freeMemory(),
        operations.getAsInt());
  }

  private void requireUnused() throws ControlException {
    List<MountRegistry.Shown> all = context.mounts().shown();
    Map<ActiveMount, String> users =
        MountUsers.of(all.stream().map(MountRegistry.Shown::mount).toList());
    for (MountRegistry.Shown shown : all) {
      ActiveMount mount = shown.mount();
      String own = users.get(mount);
      if (own != null) {
        throw inUse(shown.place() + " is in use by " + own + "; end that first");
      }
      Optional<String> obstacle = mount.mount().obstacle();
      if (obstacle.isPresent()) {
        throw inUse(obstacle.get());
      }
    }
    for (ActiveMount mount : context.mounts().detached()) {
      if (mount.mount().obstacle().isPresent()) {
        throw inUse(MountUsers.ofDetached(mount) + "; end what uses it first");
      }
    }
  }

  private static ControlException inUse(String text) {
    return ControlException.failed(text + ", or stop the daemon with --force");
  }

  Answer.Done stop(Request.Stop request) throws ControlException {
    if (!request.force()) {
      requireUnused();
      running.endWhenIdle();
    }
    stop.run();
    return new Answer.Done();
  }
}
