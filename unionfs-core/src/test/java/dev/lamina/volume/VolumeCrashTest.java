package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.Steps;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The daemon dies after each step of each operation's order of writes. Opened again, the volume
 * shows what was before the operation or what is after it, and keeps nothing that nobody refers to.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VolumeCrashTest {
  private static final LowerTree LOWER =
      LowerTree.empty()
          .directory("dir")
          .file("dir/one", "1")
          .directory("empty")
          .file("large", "x".repeat(100_000))
          .file("small", "small")
          .file("void", "")
          .file("hard1", "hard")
          .hardLink("hard2", "hard1");

  private final Countdown steps = new Countdown();
  private TestStore store;

  @BeforeAll
  void openStore(@TempDir Path directory) {
    store = new TestStore(directory.resolve("store"), steps);
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  /** Stops whoever takes a certain step, until it is let go: then it fails. */
  private static final class Countdown implements Steps {
    private volatile int left = Integer.MAX_VALUE;
    private volatile int taken;
    private volatile CountDownLatch stopped = new CountDownLatch(1);
    private volatile CountDownLatch goOn = new CountDownLatch(1);

    synchronized void arm(int step) {
      left = step;
      taken = 0;
      stopped = new CountDownLatch(1);
      goOn = new CountDownLatch(1);
    }

    @Override
    public void after(String step) {
      synchronized (this) {
        taken++;
        left--;
        if (left != 0) {
          return;
        }
      }
      stopped.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("died after: " + step);
    }
  }

  private static Map<String, Consumer<Workspace>> operations() {
    Map<String, Consumer<Workspace>> all = new LinkedHashMap<>();
    all.put("create", w -> w.create("made", 0644, FileOpen.O_RDWR).close());
    all.put("mkdir", w -> w.mkdir("dir/made"));
    all.put("mknod", w -> w.mknod("made", FileKind.FIFO, 0600, 0));
    all.put("symlink", w -> w.symlink("made", "target"));
    all.put("tmpfile", w -> w.temporary("", 0600, FileOpen.O_RDWR).close());
    all.put("unlink of a lower file", w -> w.unlink("small"));
    all.put("unlink of one's own file", w -> w.unlink("own"));
    all.put("unlink of a lower name", w -> w.unlink("hard1"));
    all.put("rmdir of a lower directory", w -> w.rmdir("empty"));
    all.put("rmdir of one's own directory", w -> w.rmdir("mine"));
    all.put("rename", w -> w.rename("small", "dir/small"));
    all.put("rename of a directory", w -> w.rename("dir", "mine/dir"));
    all.put("replacing a lower file", w -> w.rename("own", "small"));
    all.put("replacing one's own file", w -> w.rename("small", "own"));
    all.put("replacing a directory", w -> w.rename("dir", "mine"));
    all.put("exchange", w -> w.rename("own", "dir", FileSystem.RENAME_EXCHANGE));
    all.put("whiteout", w -> w.rename("small", "moved", FileSystem.RENAME_WHITEOUT));
    all.put("link", w -> w.link("small", "dir/linked"));
    all.put("chmod", w -> w.chmod("large", 0600));
    all.put("copy-up", w -> w.open("large", FileOpen.O_RDWR).close());
    all.put("copy-up of an inline blob", w -> w.open("small", FileOpen.O_RDWR).close());
    all.put("copy-up of nothing", w -> w.open("void", FileOpen.O_RDWR).close());
    all.put("truncating open", w -> w.open("large", FileOpen.O_WRONLY | FileOpen.O_TRUNC).close());
    all.put("setxattr", w -> w.setxattr("dir", "user.a", new byte[] {1}, 0));
    return all;
  }

  private static Stream<String> names() {
    return operations().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void D9_4_a_crash_after_any_step_shows_before_or_after(String name) throws Exception {
    Consumer<Workspace> operation = Objects.requireNonNull(operations().get(name), "operation");
    VolumeId whole = prepared();
    SortedMap<String, String> before = view(whole);
    steps.arm(Integer.MAX_VALUE);
    try (Workspace workspace = new Workspace(store.open(whole))) {
      operation.accept(workspace);
    }
    int count = steps.taken;
    SortedMap<String, String> after = view(whole);
    assertThat(count).isPositive();
    for (int step = 1; step <= count; step++) {
      VolumeId id = prepared();
      dieAfter(step, id, operation);
      SortedMap<String, String> found = view(id);
      if (!found.equals(before)) {
        assertThat(found).as("after step " + step).isEqualTo(after);
      }
      assertNoLitter(id);
    }
  }

  private VolumeId prepared() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = new Workspace(store.open(id))) {
      workspace.file("own", "own");
      workspace.mkdir("mine");
    }
    return id;
  }

  private void dieAfter(int step, VolumeId id, Consumer<Workspace> operation) throws Exception {
    VolumeFileSystem fileSystem = store.open(id);
    steps.arm(step);
    CountDownLatch ended = new CountDownLatch(1);
    List<Throwable> unexpected = new ArrayList<>();
    Thread victim =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    operation.accept(new Workspace(fileSystem));
                    fileSystem.close();
                  } catch (Throwable e) {
                    if (steps.goOn.getCount() != 0) {
                      unexpected.add(e);
                    }
                  } finally {
                    ended.countDown();
                    steps.stopped.countDown();
                  }
                });
    assertThat(steps.stopped.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(unexpected).isEmpty();
    if (ended.getCount() != 0) {
      // What the thread would still do to undo its work is lost with the process.
      Crash.of(store.volumes(), id, fileSystem);
      steps.goOn.countDown();
    }
    victim.join();
    steps.arm(Integer.MAX_VALUE);
  }

  private SortedMap<String, String> view(VolumeId id) {
    SortedMap<String, String> view = new TreeMap<>();
    try (Workspace workspace = new Workspace(store.open(id))) {
      describe(workspace, "", view);
    }
    return view;
  }

  private static void describe(Workspace workspace, String path, SortedMap<String, String> view) {
    Attributes attributes = workspace.attributes(path);
    String content =
        switch (attributes.kind()) {
          case REGULAR -> workspace.text(path);
          case SYMLINK -> workspace.readlink(path);
          default -> "";
        };
    view.put(
        path,
        Integer.toOctalString(attributes.mode)
            + " links "
            + attributes.links
            + " "
            + workspace.xattrs(path).keySet()
            + " "
            + content.hashCode());
    if (attributes.kind() == FileKind.DIRECTORY) {
      for (String name : workspace.names(path)) {
        describe(workspace, path.isEmpty() ? name : path + "/" + name, view);
      }
    }
  }

  /** Rows, data files and names refer to each other and to nothing else. */
  private void assertNoLitter(VolumeId id) throws IOException {
    Set<String> own = new HashSet<>();
    Set<Long> named = new HashSet<>();
    try (Delta delta = RocksDelta.of(store.store().state().database(), id.number())) {
      delta.orphans(inode -> assertThat(inode).as("orphan").isNull());
      delta.allNames((directory, name, row) -> named.add(row.inode()));
      long positions = store.volumes().require(id).basePositions();
      delta.inodes(
          (inode, row) -> {
            if (row instanceof InodeRow.Live live) {
              if (live.record().hasOwnData()) {
                own.add(Long.toString(inode));
              }
              assertThat(inode <= positions || named.contains(inode))
                  .as("name of inode " + inode)
                  .isTrue();
            }
          });
    }
    Path volume = store.store().layout().volume(id);
    try (Stream<Path> data = Files.list(volume.resolve("data"))) {
      assertThat(data.map(file -> file.getFileName().toString()).toList()).hasSameElementsAs(own);
    }
    assertThat(volume.resolve("tmp")).isEmptyDirectory();
  }
}
