package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** A mount that a transport of this process serves. */
public final class ServedMount implements Mount {
  private static final System.Logger LOG = System.getLogger(ServedMount.class.getName());
  private static final Duration LAST_USER_GOES = Duration.ofMillis(200);
  private static final Duration CLOSING = Duration.ofSeconds(60);

  private final Path target;
  private final int connection;
  private final Detachment detachment;
  private final MountServer server;

  /**
   * @param target where it is mounted
   * @param connection the number of the kernel's FUSE connection
   * @param detachment how it is taken off
   * @param server what answers the kernel's requests
   */
  public ServedMount(Path target, int connection, Detachment detachment, MountServer server) {
    this.target = target;
    this.connection = connection;
    this.detachment = detachment;
    this.server = server;
  }

  @Override
  public Path target() {
    return target;
  }

  @Override
  public int connection() {
    return connection;
  }

  @Override
  public boolean isMounted() {
    return !server.isOver();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A mount namespace made while this was mounted keeps the connection alive: then it is
   * aborted.
   */
  @Override
  public void unmount(boolean lazy) {
    if (server.isOver()) {
      if (server.isAborted()) {
        // The mount is there still, so its number is nobody else's.
        place().ifPresent(place -> detachment.detach(place, true));
      }
      waitUntilClosed();
      return;
    }
    place().ifPresent(place -> detachment.detach(place, lazy));
    if (waitFor(LAST_USER_GOES)) {
      return;
    }
    try {
      Connections.abort(connection);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} is unmounted, but its connection {1} cannot be aborted and lives on while another"
                + " mount namespace holds a copy: {2}",
            target,
            connection,
            e.getMessage());
        return;
      }
    }
    waitUntilClosed();
  }

  private void waitUntilClosed() {
    if (!waitFor(CLOSING)) {
      throw new MountException(
          Errno.EBUSY,
          target
              + " is unmounted, but requests under way have not ended for "
              + CLOSING.toSeconds()
              + " seconds");
    }
  }

  /** Where this connection is mounted: its own place first, if it is on top there. */
  private Optional<Path> place() {
    byte[] own = TargetPath.bytes(target);
    MountTable table = MountTable.read();
    Optional<MountTable.Row> top = table.at(own);
    if (top.isPresent() && isOurs(top.get())) {
      return Optional.of(target);
    }
    return table.rows().stream()
        .filter(this::isOurs)
        .map(row -> row.place().bytes())
        .filter(bytes -> !Arrays.equals(bytes, own))
        .max(Comparator.comparingInt(bytes -> bytes.length))
        .map(TargetPath::ofBytes);
  }

  private boolean isOurs(MountTable.Row row) {
    return row.isFuse() && row.major() == 0 && row.minor() == connection;
  }

  private boolean waitFor(Duration limit) {
    try {
      return server.await(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !isMounted();
    }
  }

  @Override
  public void await() throws InterruptedException {
    server.await();
  }

  @Override
  public boolean await(Duration limit) throws InterruptedException {
    return server.await(limit);
  }

  @Override
  public MountStatistics statistics() {
    return server.statistics();
  }

  @Override
  public void close() {
    try {
      unmount(false);
    } catch (MountException e) {
      if (e.errno() != Errno.EBUSY) {
        throw e;
      }
      unmount(true);
    }
  }
}
