package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.NodeId;
import dev.lamina.fuse.Connections;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Memory;
import dev.lamina.linux.Mounts;
import dev.lamina.linux.Xattrs;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program sees that uses a mount. This process may use its mount: the file system is ours.
 */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NativeMountTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path directory;

  private final AtomicReference<Consumer<Interceptor.Operation>> before =
      new AtomicReference<>(operation -> {});
  private final List<Mount> mounts = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private Path target;
  private Mount mount;

  @BeforeEach
  void mountOne() throws IOException {
    target = Files.createDirectory(directory.resolve("mount"));
    mount = mount(MountOptions.defaults());
  }

  private Mount mount(MountOptions options) {
    FileSystem fileSystem =
        new MemoryFileSystem(
            LowerTree.empty().directory("dir").file("dir/file", "content"), InstantSource.system());
    FileSystem shown = Interceptor.of(fileSystem, operation -> before.get().accept(operation));
    Mount made = new NativeTransport().mount(shown, target, options);
    mounts.add(made);
    return made;
  }

  @AfterEach
  void unmountAll() throws InterruptedException {
    before.set(operation -> {});
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    for (Mount made : mounts) {
      made.close();
    }
    assertThat(MountTable.read().at(bytes(target))).isEmpty();
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(UTF_8);
  }

  private Fd open(String name, int flags) {
    return FileOpen.openat(Fd.CWD, bytes(target.resolve(name)), flags, 0644);
  }

  private Process start(List<String> command) throws IOException {
    return start(command.toArray(new String[0]));
  }

  private Process start(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  @Test
  void whatIsWrittenIsReadBackThroughFilesAndMappings() throws Exception {
    byte[] data = new byte[3 * MEGABYTE + 17];
    new Random(1).nextBytes(data);
    Path file = target.resolve("data");
    Files.write(file, data);
    assertThat(Files.readAllBytes(file)).isEqualTo(data);
    // In another process: a page fault of this one's could keep its own server waiting.
    Process client =
        start(ChildProgram.command(MappingClient.class, file.toString(), "" + MEGABYTE));
    assertThat(client.waitFor()).isZero();
    assertThat(Files.readAllBytes(file)[MEGABYTE]).isEqualTo((byte) ~data[MEGABYTE]);
  }

  @Test
  void largeTransfersComeInRequestsOfAMegabyte() {
    MemorySegment buffer = Memory.pageAligned(4 * MEGABYTE);
    try (Fd file = open("data", FileOpen.O_RDWR | FileOpen.O_CREAT);
        Fd direct = open("data", FileOpen.O_RDWR | FileOpen.O_DIRECT)) {
      assertThat(FileIo.pwrite(file.value(), buffer, 0, 4 * MEGABYTE, 0)).isEqualTo(4 * MEGABYTE);
      assertThat(mount.statistics().of("write")).isEqualTo(4);
      assertThat(FileIo.pread(direct.value(), buffer, 0, 4 * MEGABYTE, 0)).isEqualTo(4 * MEGABYTE);
      assertThat(mount.statistics().of("read")).isEqualTo(4);
      assertThat(mount.statistics().bytesRead()).isEqualTo(4 * MEGABYTE);
    }
  }

  @Test
  void aLargeDirectoryIsListedOnceAndCanBeEnteredAnywhere() {
    int count = 50_000;
    Set<String> made = new HashSet<>();
    try (Fd parent = open("dir", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      for (int i = 0; i < count; i++) {
        String name = "entry-" + i;
        made.add(name);
        FileNames.mknodat(parent.value(), name.getBytes(UTF_8), 0100644, 0);
      }
      made.add("file");
      List<String> listed = new ArrayList<>();
      for (byte[] name : DirectoryReader.names(parent.value())) {
        listed.add(new String(name, UTF_8));
      }
      assertThat(listed).hasSize(count + 1);
      assertThat(new HashSet<>(listed)).isEqualTo(made);
      // From any position on, the rest comes in the same order.
      FileIo.lseek(parent.value(), 0, FileIo.SEEK_SET);
      DirectoryReader reader = new DirectoryReader(parent.value());
      for (int i = 0; i < 20_000; i++) {
        assertThat(reader.next()).isTrue();
      }
      long position = reader.nextPosition();
      assertThat(reader.next()).isTrue();
      String expected = new String(reader.name(), UTF_8);
      FileIo.lseek(parent.value(), position, FileIo.SEEK_SET);
      DirectoryReader again = new DirectoryReader(parent.value());
      assertThat(again.next()).isTrue();
      assertThat(new String(again.name(), UTF_8)).isEqualTo(expected);
    }
  }

  @Test
  void namesAreMovedExchangedAndKeptFromBeingReplaced() throws IOException {
    Files.writeString(target.resolve("a"), "a");
    Files.writeString(target.resolve("b"), "b");
    try (Fd root = open(".", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      assertThatThrownBy(
              () ->
                  FileNames.renameat2(
                      root.value(),
                      "a".getBytes(UTF_8),
                      root.value(),
                      "b".getBytes(UTF_8),
                      FileNames.RENAME_NOREPLACE))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
      FileNames.renameat2(
          root.value(),
          "a".getBytes(UTF_8),
          root.value(),
          "b".getBytes(UTF_8),
          FileNames.RENAME_EXCHANGE);
    }
    assertThat(Files.readString(target.resolve("a"))).isEqualTo("b");
    Files.move(target.resolve("dir"), target.resolve("moved"));
    assertThat(Files.readString(target.resolve("moved/file"))).isEqualTo("content");
    assertThat(target.resolve("dir")).doesNotExist();
  }

  @Test
  void namesThatAreNoTextSurvive() {
    byte[] name = {'n', (byte) 0xe9, (byte) 0xff};
    try (Fd root = open(".", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      FileNames.mkdirat(root.value(), name, 0755);
      assertThat(DirectoryReader.names(root.value())).anyMatch(found -> Arrays.equals(found, name));
    }
  }

  @Test
  void extendedAttributesAreKept() {
    byte[] file = bytes(target.resolve("dir/file"));
    Xattrs.lset(file, "user.a".getBytes(UTF_8), "value".getBytes(UTF_8), 0);
    assertThat(Xattrs.lget(file, "user.a".getBytes(UTF_8))).hasValue("value".getBytes(UTF_8));
    Xattrs.lremove(file, "user.a".getBytes(UTF_8));
    assertThat(Xattrs.lget(file, "user.a".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void aFileWithoutANameIsGivenOne() throws IOException {
    try (Fd file = open("dir", FileOpen.O_TMPFILE | FileOpen.O_RDWR)) {
      FileIo.writeFully(file.value(), "later".getBytes(UTF_8), 0, 5, 0);
      FileNames.linkOpenFile(file.value(), Fd.CWD, bytes(target.resolve("named")));
    }
    assertThat(Files.readString(target.resolve("named"))).isEqualTo("later");
  }

  @Test
  void aFileHandleOpensItsFile() {
    FileHandle handle = FileHandle.at(Fd.CWD, bytes(target.resolve("dir/file")), 0);
    try (Fd root = open(".", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY);
        Fd file = handle.open(root.value(), FileOpen.O_RDONLY)) {
      byte[] content = new byte[7];
      FileIo.readFully(file.value(), content, 0, 7, 0);
      assertThat(new String(content, UTF_8)).isEqualTo("content");
    }
  }

  @Test
  void locksAreKeptByTheKernel() {
    try (Fd one = open("dir/file", FileOpen.O_RDWR);
        Fd two = open("dir/file", FileOpen.O_RDWR)) {
      assertThat(FileLocks.tryFlock(one.value(), FileLocks.LOCK_EX)).isTrue();
      assertThat(FileLocks.tryFlock(two.value(), FileLocks.LOCK_EX)).isFalse();
    }
    assertThat(mount.statistics().of("setlk")).isZero();
  }

  @Test
  void manyClientsWorkAtOnce() throws Exception {
    int clients = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        int number = client;
        Callable<Boolean> work =
            () -> {
              Path own = Files.createDirectory(target.resolve("client-" + number));
              for (int i = 0; i < 100; i++) {
                Path file = own.resolve("f" + i);
                Files.writeString(file, number + "/" + i);
                if (!Files.readString(file).equals(number + "/" + i)) {
                  return false;
                }
                Files.move(file, own.resolve("g" + i));
              }
              try (var files = Files.list(own)) {
                return files.count() == 100;
              }
            };
        results.add(pool.submit(work));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
    assertThat(mount.statistics().defects()).isZero();
  }

  @Test
  void aRequestThatBlocksDoesNotStopTheOthers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(6);
    before.set(
        operation -> {
          if (operation.is("fsync")) {
            blocked.countDown();
            awaitQuietly(release);
          }
        });
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        String name = "sync-" + i;
        pool.execute(
            () -> {
              try (Fd file = open(name, FileOpen.O_RDWR | FileOpen.O_CREAT)) {
                FileIo.fsync(file.value());
              }
            });
      }
      assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(target.resolve("dir/file"))).isEqualTo("content");
      release.countDown();
    }
  }

  @Test
  void aClientThatIsKilledAmidARequestHurtsNobody() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    before.set(
        operation -> {
          if (operation.is("open")) {
            blocked.countDown();
            awaitQuietly(release);
          }
        });
    Process client = start("cat", target.resolve("dir/file").toString());
    assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
    client.destroyForcibly();
    assertThat(Files.exists(target.resolve("dir"))).isTrue();
    before.set(operation -> {});
    release.countDown();
    client.waitFor();
    assertThat(Files.readString(target.resolve("dir/file"))).isEqualTo("content");
  }

  @Test
  void aDefectOfTheFileSystemIsEioForThatRequestAlone() throws IOException {
    before.set(
        operation -> {
          if (operation.is("mkdir")) {
            throw new IllegalStateException("a defect");
          }
        });
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> FileNames.mkdirat(Fd.CWD, bytes(target.resolve("new")), 0755))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }
    assertThat(mount.statistics().defects()).isEqualTo(3);
    assertThat(Files.readString(target.resolve("dir/file"))).isEqualTo("content");
  }

  @Test
  void whatTheKernelMayKeepIsAskedOnce() throws IOException {
    Path file = target.resolve("dir/file");
    assertThat(Files.readString(file)).isEqualTo("content");
    assertThat(target.resolve("none")).doesNotExist();
    long lookups = mount.statistics().of("lookup");
    for (int i = 0; i < 10; i++) {
      assertThat(Files.size(file)).isEqualTo(7);
      assertThat(target.resolve("none")).doesNotExist();
    }
    assertThat(mount.statistics().of("lookup")).isEqualTo(lookups);
    assertThat(mount.statistics().of("flush")).isZero();
    assertThat(mount.statistics().of("opendir")).isLessThanOrEqualTo(1);
  }

  @Test
  void whatAFileSystemSaysIsStaleIsAskedAgain() throws Exception {
    Invalidations invalidations = mountAgain();
    Path file = target.resolve("dir/file");
    long inode = (long) Files.getAttribute(file, "unix:ino");
    long asked = attributesAsked();
    Files.size(file);
    assertThat(attributesAsked()).isEqualTo(asked);
    invalidations.attributes(inode);
    awaitNotification();
    Files.size(file);
    assertThat(attributesAsked()).isGreaterThan(asked);
  }

  @Test
  void aNameThatIsStaleIsLookedUpAgainAndKeepsWhatIsBoundOverIt() throws Exception {
    Invalidations invalidations = mountAgain();
    Path bound = Files.createDirectory(directory.resolve("bound"));
    Files.writeString(bound.resolve("outside"), "outside");
    byte[] over = bytes(target.resolve("dir"));
    Mounts.mount(bytes(bound), over, "none", Mounts.MS_BIND, new byte[0]);
    try {
      long lookups = mount.statistics().of("lookup");
      invalidations.name(NodeId.ROOT, FileName.of("dir"));
      awaitNotification();
      assertThat(Files.readString(target.resolve("dir/outside"))).isEqualTo("outside");
      assertThat(mount.statistics().of("lookup")).isGreaterThan(lookups);
    } finally {
      Mounts.umount(over, 0);
    }
  }

  private Invalidations mountAgain() {
    mount.close();
    AtomicReference<Invalidations> told = new AtomicReference<>();
    before.set(
        operation -> {
          if (operation.is("attach")) {
            told.set((Invalidations) operation.arguments().get(1));
          }
        });
    mount = mount(MountOptions.defaults());
    return told.get();
  }

  private long attributesAsked() {
    return mount.statistics().of("getattr") + mount.statistics().of("statx");
  }

  private void awaitNotification() throws InterruptedException {
    while (mount.statistics().notifications() == 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void aConnectionThatSomebodyAbortsCanStillBeUnmounted() throws Exception {
    Connections.abort(mount.connection());
    assertThat(mount.await(Duration.ofSeconds(20))).isTrue();
    assertThat(MountTable.read().at(bytes(target))).isPresent();
    mount.unmount(false);
    assertThat(MountTable.read().at(bytes(target))).isEmpty();
  }

  @Test
  void aReadOnlyMountRefusesChanges() {
    mount.close();
    mount(MountOptions.parse("ro,nosuid,nodev,noexec"));
    assertThatThrownBy(() -> FileNames.mkdirat(Fd.CWD, bytes(target.resolve("new")), 0755))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
  }

  @Test
  void aMountInUseIsNotUnmountedUnlessLazily() throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(target.resolve("dir/file").toFile(), "r")) {
      assertThatThrownBy(() -> mount.unmount(false))
          .isInstanceOfSatisfying(
              MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
          .hasMessageContaining(target.toString());
      assertThat(mount.isMounted()).isTrue();
      assertThat(open.read()).isEqualTo('c');
      mount.unmount(true);
      assertThat(open.read()).isEqualTo('o');
    }
    assertThat(mount.await(Duration.ofSeconds(20))).isTrue();
    mount.unmount(false);
  }

  @Test
  void unmountingEndsTheConnectionThoughAnotherNamespaceHoldsACopy() throws Exception {
    Process other = start("unshare", "-m", "sh", "-c", "echo ready; exec sleep 1000");
    assertThat(other.inputReader(UTF_8).readLine()).isEqualTo("ready");
    mount.unmount(false);
    assertThat(mount.isMounted()).isFalse();
    assertThat(mount.await(Duration.ofSeconds(20))).isTrue();
    assertThat(other.isAlive()).isTrue();
  }

  @Test
  void aMountThatSomebodyElseUnmountsEnds() throws Exception {
    AtomicReference<String> last = new AtomicReference<>("");
    before.set(operation -> last.set(operation.name()));
    assertThat(start("umount", target.toString()).waitFor()).isZero();
    assertThat(mount.await(Duration.ofSeconds(20))).isTrue();
    assertThat(last.get()).isEqualTo("close");
    mount.unmount(false);
  }

  @Test
  void anyDirectoryThatIsNoneIsRefusedAndTheFileSystemClosed() {
    AtomicReference<String> last = new AtomicReference<>("");
    FileSystem fileSystem =
        Interceptor.of(
            new MemoryFileSystem(LowerTree.empty(), InstantSource.system()),
            operation -> last.set(operation.name()));
    assertThatThrownBy(
            () ->
                new NativeTransport()
                    .mount(fileSystem, directory.resolve("absent"), MountOptions.defaults()))
        .isInstanceOf(MountException.class)
        .hasMessageContaining("absent");
    assertThat(last.get()).isEqualTo("close");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
