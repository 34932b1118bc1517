package dev.lamina.fuse.kernel;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountStatistics;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.TargetPath;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** A mount of the native transport. */
final class NativeMount implements Mount {
  private static final System.Logger LOG = System.getLogger(NativeMount.class.getName());
  private static final Duration LAST_USER_GOES = Duration.ofMillis(200);
  private static final Duration CLOSING = Duration.ofSeconds(60);

  private final Path target;
  private final int connection;
  private final Attachment attachment;
  private final Session session;

  NativeMount(Path target, int connection, Attachment attachment, Session session) {
    this.target = target;
    this.connection = connection;
    this.attachment = attachment;
    this.session = session;
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
    return !session.isOver();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A mount namespace made while this was mounted keeps the connection alive: then it is
   * aborted.
   */
  @Override
  public void unmount(boolean lazy) {
    if (session.isOver()) {
      if (session.isAborted()) {
        // The mount is there still, so its number is nobody else's.
        place().ifPresent(place -> attachment.detach(place, true));
      }
      waitUntilClosed();
      return;
    }
    place().ifPresent(place -> attachment.detach(place, lazy));
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
      return session.await(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !isMounted();
    }
  }

  @Override
  public void await() throws InterruptedException {
    session.await();
  }

  @Override
  public boolean await(Duration limit) throws InterruptedException {
    return session.await(limit);
  }

  @Override
  public MountStatistics statistics() {
    return session.statistics();
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
