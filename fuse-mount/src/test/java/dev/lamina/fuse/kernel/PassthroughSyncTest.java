package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileMapping;
import dev.lamina.linux.FileOpen;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When files that the kernel writes by itself are brought to disk. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PassthroughSyncTest {
  private static final String SYNCED = "data synced";
  private static final int QUIET = 5;

  @TempDir Path directory;

  private final AtomicInteger syncs = new AtomicInteger();
  private TestStore store;
  private Path target;
  private Mount mount;

  @BeforeEach
  void mountVolume() throws IOException {
    store =
        new TestStore(
            directory.resolve("store"),
            step -> {
              if (step.equals(SYNCED)) {
                syncs.incrementAndGet();
              }
            },
            Duration.ofMillis(50));
    target = Files.createDirectory(directory.resolve("mount"));
    mount =
        new NativeTransport()
            .mount(store.open(store.volume(LowerTree.empty())), target, MountOptions.defaults());
  }

  @AfterEach
  void close() {
    mount.close();
    store.close();
  }

  private Fd open() {
    byte[] path = target.resolve("file").toString().getBytes(UTF_8);
    return FileOpen.openat(Fd.CWD, path, FileOpen.O_RDWR | FileOpen.O_CREAT, 0644);
  }

  private static void write(Fd file) {
    FileIo.writeFully(file.value(), new byte[8192], 0, 8192, 0);
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until nothing is synced any more for many times the period. */
  private void expectRest() {
    int rests = 0;
    for (int i = 0; i < 200 && rests < QUIET; i++) {
      int before = syncs.get();
      pause(200);
      rests = syncs.get() == before ? rests + 1 : 0;
    }
    assertThat(rests).isEqualTo(QUIET);
  }

  private void expectSync(int before) {
    for (int i = 0; i < 400 && syncs.get() == before; i++) {
      pause(10);
    }
    assertThat(syncs.get()).isGreaterThan(before);
  }

  @Test
  void a_file_that_is_open_is_synced_after_it_was_written_and_then_left_alone() {
    try (Fd file = open();
        FileMapping map = mapping(file)) {
      for (int i = 0; i < 2; i++) {
        expectRest();
        int before = syncs.get();
        write(file);
        expectSync(before);
        expectRest();
        before = syncs.get();
        map.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) i);
        expectSync(before);
      }
    }
  }

  private static FileMapping mapping(Fd file) {
    write(file);
    return FileMapping.shared(file.value(), 0, 4096, true);
  }
}
