package dev.lamina.fuse.jnr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Connections;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Xattrs;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program sees that uses a mount of libfuse's. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JnrMountTest {
  private static final int MANY = 10_000;
  private static final String LATIN = "caf\u00e9\u00ff";
  private static final String GREETING =
      new String("gr\u00fc\u00df-\u65e5\u672c-\ud83d\ude00".getBytes(UTF_8), ISO_8859_1);

  private static final LowerTree TREE =
      LowerTree.empty()
          .mode("", 0751)
          .directory("dir")
          .file("dir/file", "content")
          .file("dir/empty", "")
          .hardLink("other", "dir/file")
          .xattr("dir/file", "user.colour", "blue".getBytes(UTF_8))
          .xattr("dir/file", "security.capability", capability())
          .modifyTime("dir/file", -1_234_567_891L)
          .owner("dir/file", 70_000, 80_000)
          .mode("dir/file", 06755)
          .directory("dir/sub")
          .mode("dir/sub", 01777)
          .symlink("link", "dir/" + LATIN)
          .special("null", FileKind.CHARACTER_DEVICE, DeviceNumber.of(1, 3))
          .special("disk", FileKind.BLOCK_DEVICE, DeviceNumber.of(259, 70_000))
          .special("fifo", FileKind.FIFO, 0)
          .special("socket", FileKind.SOCKET, 0)
          .file(GREETING, "hello")
          .file("n".repeat(255), "long")
          .directory("\u00c3\u00a9".repeat(127));

  @TempDir Path directory;

  private final List<Mount> mounts = new ArrayList<>();

  /** Version 2, cap_net_raw: the kernel refuses what is no capability. */
  private static byte[] capability() {
    byte[] bytes = new byte[20];
    bytes[3] = 2;
    bytes[5] = 0x20;
    return bytes;
  }

  private static MemoryFileSystem memory(LowerTree tree) {
    return new MemoryFileSystem(tree, InstantSource.system());
  }

  private Path mount(FileSystem fileSystem, String options) throws IOException {
    Path target = Files.createTempDirectory(directory, "mount");
    mounts.add(
        new JnrTransport().mount(fileSystem, target, MountOptions.parse(options).asReadOnly()));
    return target;
  }

  private Path mount(FileSystem fileSystem) throws IOException {
    return mount(fileSystem, "");
  }

  @AfterEach
  void unmountAll() {
    for (Mount mount : mounts) {
      mount.close();
      assertThat(MountTable.read().at(bytes(mount.target()))).isEmpty();
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(UTF_8);
  }

  private static byte[] below(Path directory, String name) {
    return (new String(bytes(directory), ISO_8859_1) + "/" + name).getBytes(ISO_8859_1);
  }

  private static List<String> names(Path directory) {
    try (Fd fd = FileOpen.openat(Fd.CWD, bytes(directory), FileOpen.O_RDONLY)) {
      return DirectoryReader.names(fd.value()).stream()
          .map(name -> new String(name, ISO_8859_1))
          .toList();
    }
  }

  private static void fails(Errno errno, ThrowingCallable action) {
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(action)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private static SortedMap<String, String> through(Path target) {
    try (KernelFileSystem mounted = new KernelFileSystem(target)) {
      return TreeText.of(mounted);
    }
  }

  @Test
  void theTreeThroughTheMountEqualsTheTreeItself() throws IOException {
    MemoryFileSystem model = memory(TREE);
    try (Workspace workspace = new Workspace(model)) {
      byte[] large = new byte[10 << 20];
      new Random(1).nextBytes(large);
      workspace.file("large", "");
      workspace.write("large", 0, new String(large, ISO_8859_1));
      workspace.file("sparse", "begin");
      workspace.write("sparse", 5 << 20, "end");
      SortedMap<String, String> expected = TreeText.of(model);
      assertThat(expected).hasSizeGreaterThan(20);
      assertThat(through(mount(model.remounted()))).isEqualTo(expected);
    }
  }

  @Test
  void aDirectoryOfTenThousandIsListedWholeAndFromAnywhere() throws IOException {
    MemoryFileSystem model = memory(LowerTree.empty().directory("many"));
    List<String> expected = new ArrayList<>();
    try (Workspace workspace = new Workspace(model)) {
      for (int i = 0; i < MANY; i++) {
        String name = "%05d-%s".formatted(i, "x".repeat(i % 249));
        workspace.mknod("many/" + name, FileKind.FIFO, 0600, 0);
        expected.add(name);
      }
      Path target = mount(model.remounted());
      List<String> listed =
          names(target.resolve("many")).stream().filter(n -> !n.startsWith(".")).toList();
      assertThat(listed).containsExactlyInAnyOrderElementsOf(expected);
      try (Fd fd = FileOpen.openat(Fd.CWD, bytes(target.resolve("many")), FileOpen.O_RDONLY)) {
        DirectoryReader reader = new DirectoryReader(fd.value());
        List<Long> behind = new ArrayList<>();
        List<String> all = new ArrayList<>();
        while (reader.next()) {
          behind.add(reader.nextPosition());
          all.add(new String(reader.name(), ISO_8859_1));
        }
        FileIo.lseek(fd.value(), behind.get(7000), FileIo.SEEK_SET);
        DirectoryReader again = new DirectoryReader(fd.value());
        assertThat(again.next()).isTrue();
        assertThat(new String(again.name(), ISO_8859_1)).isEqualTo(all.get(7001));
      }
    }
  }

  @Test
  void namesAreBytesAndNeedNotBeText() throws IOException {
    Path target = mount(memory(LowerTree.empty().file(LATIN, "x").file(GREETING, "hello")));
    assertThat(names(target)).contains(LATIN, GREETING);
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(Fd.CWD, below(target, LATIN), status);
    assertThat(status.size()).isEqualTo(1);
    FileAttributes.lstatat(Fd.CWD, below(target, GREETING), status);
    assertThat(status.size()).isEqualTo(5);
  }

  @Test
  void aFileThatIsCalledAsLibfuseCallsThoseThatAreRemovedIsAnOrdinaryOne() throws IOException {
    String name = ".fuse_hidden0000000100000001";
    Path target = mount(memory(LowerTree.empty().file(name, "x")));
    assertThat(names(target)).contains(name);
    assertThat(target.resolve(name)).hasContent("x");
  }

  @Test
  void whatIsNotThereIsEnoentAndRemembered() throws IOException {
    Path target = mount(memory(TREE));
    for (int i = 0; i < 3; i++) {
      fails(
          Errno.ENOENT,
          () -> FileAttributes.lstatat(Fd.CWD, below(target, "absent"), new FileStatus()));
    }
    assertThat(mounts.getFirst().statistics().of("getattr")).isLessThanOrEqualTo(2);
  }

  @Test
  void nothingCanBeChangedEvenIfTheKernelIsToldToWrite() throws Exception {
    Path target = mount(memory(TREE));
    fails(Errno.EROFS, () -> FileNames.mkdirat(Fd.CWD, below(target, "new"), 0755));
    Process remount =
        new ProcessBuilder("mount", "-i", "-o", "remount,rw", target.toString())
            .inheritIO()
            .start();
    assertThat(remount.waitFor()).isZero();
    fails(Errno.EROFS, () -> FileNames.mkdirat(Fd.CWD, below(target, "new"), 0755));
    fails(Errno.EROFS, () -> FileNames.unlinkat(Fd.CWD, below(target, "other"), 0));
    fails(Errno.EROFS, () -> FileNames.symlinkat(new byte[] {'a'}, Fd.CWD, below(target, "new")));
    fails(
        Errno.EROFS,
        () -> FileNames.renameat2(Fd.CWD, below(target, "other"), Fd.CWD, below(target, "b"), 0));
    fails(
        Errno.EROFS,
        () ->
            FileOpen.openat(
                Fd.CWD, below(target, "new"), FileOpen.O_WRONLY | FileOpen.O_CREAT, 0600));
    fails(
        Errno.EROFS, () -> FileOpen.openat(Fd.CWD, below(target, "other"), FileOpen.O_RDWR, 0600));
    fails(
        Errno.EROFS,
        () -> Xattrs.set(below(target, "other"), "user.a".getBytes(UTF_8), new byte[1], 0));
    assertThat(mounts.getFirst().statistics().errors()).isGreaterThan(4);
    assertThat(mounts.getFirst().statistics().defects()).isZero();
  }

  @Test
  void eachReferenceIsGivenBack() throws IOException {
    AtomicLong held = new AtomicLong();
    Consumer<Interceptor.Operation> count =
        operation -> {
          if (operation.is("lookup")) {
            held.incrementAndGet();
          } else if (operation.is("forget")) {
            held.addAndGet(-(Long) operation.arguments().get(1));
          }
        };
    Path target = mount(Interceptor.of(memory(TREE), count));
    Files.readAllBytes(target.resolve("dir/file"));
    Files.readAllBytes(target.resolve("other"));
    names(target.resolve("dir"));
    mounts.getFirst().unmount(false);
    assertThat(mounts.getFirst().statistics().of("getattr")).isGreaterThan(2);
    assertThat(held).hasValue(0);
  }

  @Test
  void aFailureOfTheFileSystemIsEioAndTheMountGoesOn() throws IOException {
    Path target =
        mount(
            Interceptor.of(
                memory(TREE),
                operation -> {
                  if (operation.is("readlink")) {
                    throw new IllegalStateException("made to fail");
                  }
                }));
    fails(Errno.EIO, () -> FileNames.readlinkat(Fd.CWD, below(target, "link")));
    assertThat(Files.readString(target.resolve("other"))).isEqualTo("content");
    assertThat(mounts.getFirst().statistics().defects()).isEqualTo(1);
  }

  @Test
  void aLookupThatFailsIsTriedAgainAndIsThenEnomemSoThatBindMountsStay() throws IOException {
    AtomicLong failures = new AtomicLong(1);
    Path target =
        mount(
            Interceptor.of(
                memory(TREE),
                operation -> {
                  if (operation.is("lookup") && failures.getAndDecrement() > 0) {
                    throw new IllegalStateException("made to fail");
                  }
                }));
    FileAttributes.lstatat(Fd.CWD, below(target, "other"), new FileStatus());
    failures.set(2);
    fails(
        Errno.ENOMEM,
        () -> FileAttributes.lstatat(Fd.CWD, below(target, "link"), new FileStatus()));
  }

  @Test
  void aBusyMountStaysUnlessItIsUnmountedLazily() throws Exception {
    Path target = mount(memory(TREE));
    Mount mount = mounts.getFirst();
    Process user = new ProcessBuilder("sleep", "100").directory(target.toFile()).start();
    try {
      assertThatExceptionOfType(MountException.class)
          .isThrownBy(() -> mount.unmount(false))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
          .withMessageContaining("in use");
      assertThat(mount.isMounted()).isTrue();
      assertThat(mount.await(Duration.ZERO)).isFalse();
      mount.unmount(true);
      assertThat(mount.isMounted()).isTrue();
    } finally {
      user.destroyForcibly().waitFor();
    }
    assertThat(mount.await(Duration.ofSeconds(20))).isTrue();
    assertThat(mount.isMounted()).isFalse();
    mount.unmount(false);
  }

  @Test
  void aMountThatSomebodyElseEndsIsOver() throws Exception {
    Path one = mount(memory(TREE));
    Path two = mount(memory(TREE));
    Path three = mount(memory(TREE));
    assertThat(new ProcessBuilder("umount", one.toString()).start().waitFor()).isZero();
    mounts.get(0).await();
    assertThat(Files.readString(two.resolve("other"))).isEqualTo("content");
    Connections.abort(mounts.get(1).connection());
    mounts.get(1).await();
    assertThat(MountTable.read().at(bytes(two))).isEmpty();
    assertThat(Files.readString(three.resolve("other"))).isEqualTo("content");
  }

  @Test
  void optionsAreTheKernels() throws IOException {
    Path target = mount(memory(TREE), "allow_other,nosuid,nodev,noexec,fsname=a\\,b");
    assertThat(line(target))
        .startsWith("a,b ")
        .contains(" fuse.lamina ro,nosuid,nodev,noexec,")
        .contains("allow_other")
        .contains("default_permissions");
    assertThat(line(mount(memory(TREE))))
        .startsWith("lamina ")
        .contains(" fuse.lamina ro,")
        .doesNotContain("nosuid", "nodev", "noexec", "allow_other");
  }

  private static String line(Path target) throws IOException {
    return Files.readString(Path.of("/proc/self/mounts"))
        .lines()
        .filter(line -> line.contains(" " + target + " "))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutTheLibraryTheMessageSaysWhatToInstall() {
    List<String> closed = new ArrayList<>();
    FileSystem fileSystem = Interceptor.of(memory(TREE), operation -> closed.add(operation.name()));
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(
            () ->
                new JnrTransport("libfuse-absent.so.2")
                    .mount(fileSystem, directory, MountOptions.defaults().asReadOnly()))
        .withMessageContaining("install libfuse2");
    assertThat(closed).containsExactly("close");
  }
}
