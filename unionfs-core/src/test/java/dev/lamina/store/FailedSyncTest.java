package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fails once: the kernel says so to one descriptor, and from then on takes the data for
 * written, as Linux does.
 */
final class FailedSyncTest {
  private static final byte[] LARGE = Imports.bytes(1, 200_000);
  private static final Digest DIGEST = Digest.sha256(LARGE);

  @TempDir Path directory;
  private final AtomicInteger dataFailures = new AtomicInteger();
  private final AtomicInteger nameFailures = new AtomicInteger();
  private Store store;

  private final DiskSync failing =
      new DiskSync() {
        @Override
        public void data(Fd file) {
          failIfWanted(dataFailures);
          DiskSync.KERNEL.data(file);
        }

        @Override
        public void names(Fd directory) {
          failIfWanted(nameFailures);
          DiskSync.KERNEL.names(directory);
        }
      };

  private static void failIfWanted(AtomicInteger failures) {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      FileIo.fdatasync(-1); // throws
    }
  }

  @BeforeEach
  void open() {
    store = Store.open(directory.resolve("s"), StoreOptions.defaults(), Imports.CLOCK, failing);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Object inode() throws IOException {
    return Files.getAttribute(store.layout().object(DIGEST), "unix:ino");
  }

  private void requireWhole() {
    assertThat(store.layout().object(DIGEST)).hasBinaryContent(LARGE);
    assertThat(store.blob(DIGEST, LARGE.length)).isInstanceOf(Blob.ObjectFile.class);
  }

  private void requireSecondSessionFails(AtomicInteger failures) {
    try (StoreWriter first = store.begin("first");
        StoreWriter second = store.begin("second")) {
      first.putBytes(LARGE);
      second.putBytes(LARGE);
      failures.set(1);
      assertThatThrownBy(first::flush)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Cannot bring blobs to disk");
      assertThat(store.layout().object(DIGEST)).doesNotExist();
      assertThatThrownBy(second::flush)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(DIGEST.toString());
      assertThat(second.has(DIGEST, LARGE.length)).isFalse();
      second.putBytes(LARGE);
      second.flush();
      requireWhole();
      assertThatThrownBy(first::flush).isInstanceOf(StoreException.class);
      requireWhole();
    }
  }

  @Test
  void dataThatDidNotReachTheDiskIsLostForEverySessionThatReliesOnIt() {
    requireSecondSessionFails(dataFailures);
  }

  @Test
  void aNameThatDidNotReachTheDiskIsLostForEverySessionThatReliesOnIt() {
    requireSecondSessionFails(nameFailures);
  }

  @Test
  void aSessionThatSyncedBeforeIsNotTouched() {
    try (StoreWriter first = store.begin("first");
        StoreWriter second = store.begin("second")) {
      first.putBytes(LARGE);
      second.putBytes(LARGE);
      second.flush();
      dataFailures.set(1);
      first.flush();
      assertThat(dataFailures).as("the same file is not synced twice").hasValue(1);
      requireWhole();
    }
  }

  @Test
  void aDataFileIsCopiedAfterItsPagesWereTakenForClean() throws IOException {
    Path data = Files.write(directory.resolve("17"), LARGE);
    try (StoreWriter session = store.begin("commit")) {
      session.link(data, DIGEST, LARGE.length);
      assertThat(inode()).isEqualTo(Files.getAttribute(data, "unix:ino"));
      dataFailures.set(1);
      assertThatThrownBy(session::flush).isInstanceOf(StoreException.class);
      session.link(data, DIGEST, LARGE.length);
      session.flush();
      assertThat(inode()).isNotEqualTo(Files.getAttribute(data, "unix:ino"));
      requireWhole();
    }
  }

  @Test
  void theRowOfALostObjectDoesNotVouchForTheFileThatReplacesIt() throws IOException {
    try (StoreWriter session = store.begin("import")) {
      session.putBytes(LARGE);
      session.flush();
    }
    Files.delete(store.layout().object(DIGEST));
    try (StoreWriter first = store.begin("first");
        StoreWriter second = store.begin("second")) {
      assertThat(first.putBytes(LARGE)).isEqualTo(Optional.of(DIGEST));
      assertThat(second.has(DIGEST, LARGE.length)).as("not on disk yet").isFalse();
      dataFailures.set(1);
      assertThatThrownBy(first::flush).isInstanceOf(StoreException.class);
      assertThat(second.has(DIGEST, LARGE.length)).isFalse();
    }
  }
}
