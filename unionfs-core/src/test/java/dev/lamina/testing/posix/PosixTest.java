package dev.lamina.testing.posix;

import static java.util.Objects.requireNonNull;

import dev.lamina.testing.fs.LowerTree;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite: every file system that it is asked of has a test class that extends this one. The
 * areas are interfaces; a check's name begins with the number of the line of the union semantics
 * that it shows, where it shows one. Needs root.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Checks.class)
public abstract class PosixTest
    implements ErrorsPosix,
        TimesPosix,
        OwnershipPosix,
        NamesPosix,
        OpenPosix,
        XattrPosix,
        AclPosix,
        SpacePosix,
        LocksPosix,
        InotifyPosix,
        HandlesPosix,
        DirectoriesPosix,
        MappingPosix,
        NodesPosix {
  /** How many directories of things are there before the file system is mounted. */
  private static final int BELOW = 320;

  private final AtomicInteger nextBelow = new AtomicInteger();
  private @Nullable MountPoint mountPoint;
  private @Nullable OtherProcess other;

  /** Mounts a file system that holds what {@code lower} says. */
  protected abstract MountPoint mount(LowerTree lower) throws Exception;

  @BeforeAll
  final void mount() throws Exception {
    LowerTree lower = LowerTree.empty();
    for (int i = 0; i < BELOW; i++) {
      lower = Kind.addAll(lower, "below" + i);
    }
    mountPoint = mount(lower);
  }

  @AfterAll
  final void unmount() throws Exception {
    if (other != null) {
      other.close();
    }
    mountPoint().close();
  }

  @Override
  public final MountPoint mountPoint() {
    return requireNonNull(mountPoint, "not mounted yet");
  }

  @Override
  public final OtherProcess other() {
    if (other == null) {
      other = OtherProcess.start();
    }
    return other.enter();
  }

  @Override
  public final String below() {
    int number = nextBelow.getAndIncrement();
    if (number >= BELOW) {
      throw new IllegalStateException("more than " + BELOW + " directories are wanted");
    }
    return "below" + number;
  }
}
