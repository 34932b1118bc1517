package dev.lamina.fuse.jnr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileMapping;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Xattrs;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is special where a mount of libfuse's is written to. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JnrWriteTest {
  private static final String MADE = ".fuse_hidden0000000100000001";
  private static final int O_TMPFILE = 020000000 | FileOpen.O_DIRECTORY;
  private static final LowerTree TREE =
      LowerTree.empty()
          .directory("dir")
          .file("dir/file", "content")
          .file("file", "content")
          .file("other", "other")
          .file("one", "linked")
          .hardLink("two", "one");

  private final CountedReferences counted = new CountedReferences();
  private final AtomicBoolean renameFails = new AtomicBoolean();
  @TempDir private Path directory;
  private Path target;
  private Mount mount;

  @BeforeEach
  void mount() throws IOException {
    target = Files.createDirectory(directory.resolve("mount"));
    mount = mounted();
  }

  private Mount mounted() {
    FileSystem model =
        Interceptor.of(
            new MemoryFileSystem(TREE, InstantSource.system()),
            operation -> {
              if (operation.is("rename") && renameFails.get()) {
                throw FsException.of(Errno.ENOSPC);
              }
            });
    return new JnrTransport()
        .mount(counted.of(model), target, MountOptions.defaults().forAllUsers());
  }

  /** Whatever a test has done, nothing was a defect and nothing is kept. */
  @AfterEach
  void unmount() {
    mount.unmount(false);
    assertThat(mount.statistics().defects()).isZero();
    assertThat(counted.nodes).hasValue(0);
    assertThat(counted.handles).hasValue(0);
  }

  private byte[] path(String name) {
    return target.resolve(name).toString().getBytes(UTF_8);
  }

  private Fd open(String name, int flags) {
    return FileOpen.openat(Fd.CWD, path(name), flags, 0644);
  }

  private List<String> names(String name) {
    try (Fd fd = open(name, FileOpen.O_RDONLY)) {
      return names(fd);
    }
  }

  private static List<String> names(Fd fd) {
    return DirectoryReader.names(fd.value()).stream()
        .map(name -> new String(name, UTF_8))
        .filter(name -> !name.equals(".") && !name.equals(".."))
        .sorted()
        .toList();
  }

  private static String text(Fd fd) {
    byte[] bytes = new byte[100];
    return new String(bytes, 0, FileIo.readFully(fd.value(), bytes, 0, 100, 0), UTF_8);
  }

  private static void write(Fd fd, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    FileIo.writeFully(fd.value(), bytes, 0, bytes.length, 0);
  }

  private static FileStatus status(Fd fd) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(fd.value(), status);
    return status;
  }

  private static void fails(Errno errno, ThrowingCallable action) {
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(action)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void D7_5_a_file_that_is_unlinked_while_it_is_open_goes_on() throws IOException {
    try (Fd fd = open("dir/file", FileOpen.O_RDWR)) {
      long inode = status(fd).inode();
      Files.delete(target.resolve("dir/file"));
      assertThat(names("dir")).isEmpty();
      assertThat(status(fd).links()).isZero();
      assertThat(status(fd).inode()).isEqualTo(inode);
      assertThat(text(fd)).isEqualTo("content");
      write(fd, "changed!");
      FileIo.ftruncate(fd.value(), 7);
      FileAttributes.fchmod(fd.value(), 0600);
      FileAttributes.fchown(fd.value(), 5, 6);
      FileAttributes.futimens(fd.value(), 1_000_000_007L, 2_000_000_009L);
      Xattrs.fset(fd.value(), "user.a".getBytes(UTF_8), new byte[] {1}, 0);
      FileIo.fsync(fd.value());
      FileStatus status = status(fd);
      assertThat(status.mode() & 07777).isEqualTo(0600);
      assertThat(status.uid()).isEqualTo(5);
      assertThat(status.modifyTime()).isEqualTo(2_000_000_009L);
      assertThat(status.size()).isEqualTo(7);
      assertThat(Xattrs.fget(fd.value(), "user.a".getBytes(UTF_8))).isPresent();
      try (Fd again = FileOpen.reopen(fd.value(), FileOpen.O_RDONLY)) {
        assertThat(text(again)).isEqualTo("changed");
      }
      Files.writeString(target.resolve("dir/file"), "new");
      assertThat(text(fd)).isEqualTo("changed");
      assertThat(names("dir")).containsExactly("file");
      assertThat(target.resolve("dir/file")).hasContent("new");
    }
  }

  @Test
  void whatIsOpenGoesOnWhereItsDirectoryIsGoneToo() throws IOException {
    try (Fd fd = open("dir/file", FileOpen.O_RDWR);
        Fd removed = open("dir", FileOpen.O_RDONLY)) {
      Files.delete(target.resolve("dir/file"));
      Files.delete(target.resolve("dir"));
      assertThat(status(fd).links()).isZero();
      write(fd, "changed");
      assertThat(text(fd)).isEqualTo("changed");
      FileIo.ftruncate(fd.value(), 2);
      assertThat(status(fd).size()).isEqualTo(2);
      fails(Errno.ENOENT, () -> names(removed));
      assertThat(status(removed).inode()).isPositive();
      // What libfuse asks for by path.
      fails(Errno.ENOENT, () -> FileAttributes.fchmod(fd.value(), 0600));
      fails(Errno.ENOENT, () -> FileAttributes.fchmod(removed.value(), 0700));
    }
  }

  @Test
  void D6_1_an_open_file_is_replaced_and_never_absent() throws IOException {
    try (Fd fd = open("file", FileOpen.O_RDWR)) {
      renameFails.set(true);
      fails(
          Errno.ENOSPC, () -> FileNames.renameat2(Fd.CWD, path("other"), Fd.CWD, path("file"), 0));
      assertThat(target.resolve("file")).hasContent("content");
      assertThat(status(fd).links()).isEqualTo(1);
      Files.writeString(target.resolve("file"), "CONTENT");
      assertThat(text(fd)).isEqualTo("CONTENT");
    }
    assertThat(target.resolve("file")).hasContent("CONTENT");
    assertThat(names("")).containsExactly("dir", "file", "one", "other", "two");
    renameFails.set(false);
    try (Fd fd = open("file", FileOpen.O_RDWR)) {
      FileNames.renameat2(Fd.CWD, path("other"), Fd.CWD, path("file"), 0);
      assertThat(target.resolve("file")).hasContent("other");
      assertThat(text(fd)).isEqualTo("CONTENT");
      assertThat(status(fd).links()).isZero();
      assertThat(names("")).containsExactly("dir", "file", "one", "two");
    }
  }

  @Test
  void aFileOfTheUsersThatIsCalledAsLibfuseCallsThemIsAnOrdinaryOne() throws IOException {
    Files.writeString(target.resolve(MADE), "mine");
    assertThat(names("")).contains(MADE);
    try (Fd fd = open(MADE, FileOpen.O_RDWR)) {
      FileNames.renameat2(Fd.CWD, path("other"), Fd.CWD, path(MADE), 0);
      assertThat(text(fd)).isEqualTo("mine");
      assertThat(target.resolve(MADE)).hasContent("other");
      FileNames.renameat2(Fd.CWD, path(MADE), Fd.CWD, path("dir/" + MADE), 0);
      assertThat(text(fd)).isEqualTo("mine");
    }
    assertThat(names("dir")).containsExactly(MADE, "file");
    assertThat(target.resolve("dir/" + MADE)).hasContent("other");
    Files.delete(target.resolve("dir/" + MADE));
    assertThat(names("dir")).containsExactly("file");
  }

  @Test
  void theNameThatLibfuseUsesNowLeadsNowhereAndIsBusy() throws IOException {
    try (Fd fd = open("file", FileOpen.O_RDWR)) {
      Files.delete(target.resolve("file"));
      // Numbers of nodes and hidden files are small here.
      int busy = 0;
      for (int node = 1; node < 20; node++) {
        for (int count = 1; count < 3; count++) {
          String name = ".fuse_hidden%08x%08x".formatted(node, count);
          assertThat(target.resolve(name)).doesNotExist();
          try {
            FileNames.mkdirat(Fd.CWD, path(name), 0755);
          } catch (LinuxException e) {
            assertThat(e.errno()).isEqualTo(Errno.EBUSY);
            busy++;
          }
        }
      }
      assertThat(busy).isEqualTo(1);
      assertThat(text(fd)).isEqualTo("content");
    }
  }

  @Test
  void D4_3_the_names_of_a_file_agree_at_once() throws IOException {
    try (Fd one = open("one", FileOpen.O_RDWR);
        Fd two = open("two", FileOpen.O_RDWR)) {
      assertThat(text(two)).isEqualTo("linked");
      write(one, "LINKED");
      assertThat(text(two)).isEqualTo("LINKED");
      FileIo.ftruncate(two.value(), 3);
      assertThat(text(one)).isEqualTo("LIN");
      assertThat(status(one).size()).isEqualTo(3);
      assertThat(status(one).inode()).isEqualTo(status(two).inode());
      FileNames.linkat(Fd.CWD, path("two"), Fd.CWD, path("three"), 0);
      assertThat(status(one).links()).isEqualTo(3);
      Files.delete(target.resolve("one"));
      assertThat(status(one).links()).isEqualTo(2);
      assertThat(status(two).links()).isEqualTo(2);
      write(two, "abc");
      assertThat(text(one)).isEqualTo("abc");
      FileAttributes.fchmod(one.value(), 0400);
      assertThat(status(two).mode() & 07777).isEqualTo(0400);
      Files.delete(target.resolve("two"));
      Files.delete(target.resolve("three"));
      assertThat(status(two).links()).isZero();
    }
  }

  @Test
  void aFileWithSeveralNamesIsNotMappedShared() throws IOException {
    try (Fd fd = open("one", FileOpen.O_RDWR)) {
      fails(Errno.ENODEV, () -> FileMapping.shared(fd.value(), 0, 4096, true).close());
    }
    Files.delete(target.resolve("two"));
    try (Fd fd = open("one", FileOpen.O_RDWR);
        FileMapping mapping = FileMapping.shared(fd.value(), 0, 4096, true)) {
      write(fd, "mapped");
      assertThat(mapping.segment().getString(0)).isEqualTo("mapped");
    }
  }

  @Test
  void D7_6_whatAppendsGoesToTheEndByWhateverName() throws IOException {
    try (Fd one = open("one", FileOpen.O_WRONLY | FileOpen.O_APPEND);
        Fd two = open("two", FileOpen.O_RDWR | FileOpen.O_APPEND)) {
      for (Fd fd : List.of(one, two, two, one)) {
        write(fd, fd == one ? "1" : "2");
      }
      assertThat(text(two)).isEqualTo("linked1221");
    }
  }

  @Test
  void D7_8_aMappingIsWrittenBackThroughADescriptorThatAppends() throws IOException {
    try (Fd fd = open("file", FileOpen.O_RDWR | FileOpen.O_APPEND)) {
      try (FileMapping mapping = FileMapping.shared(fd.value(), 0, 4096, true)) {
        mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'C');
        FileIo.fsync(fd.value());
      }
      write(fd, "!");
      FileOpen.setFlags(fd.value(), 0);
      write(fd, "K");
    }
    assertThat(target.resolve("file")).hasContent("Kontent!");
  }

  @Test
  void whatLibfuseTwoCannotDoHasItsErrno() throws IOException {
    byte[] file = path("file");
    for (int flags : new int[] {1, 2, 4}) {
      fails(
          Errno.EINVAL,
          () -> FileNames.renameat2(Fd.CWD, file, Fd.CWD, path(flags == 2 ? "other" : "x"), flags));
    }
    fails(Errno.EOPNOTSUPP, () -> open("dir", O_TMPFILE | FileOpen.O_RDWR));
    try (Fd fd = open("file", FileOpen.O_RDWR);
        Fd copy = open("copy", FileOpen.O_RDWR | FileOpen.O_CREAT)) {
      fails(Errno.ENOTTY, () -> Ioctl.inodeFlags(fd.value()));
      FileIo.ftruncate(fd.value(), 1 << 20);
      assertThat(FileIo.lseek(fd.value(), 0, FileIo.SEEK_HOLE)).isEqualTo(1 << 20);
      assertThat(FileIo.copyFileRange(fd.value(), 0, copy.value(), 0, 7)).isEqualTo(7);
      assertThat(text(copy)).isEqualTo("content");
      assertThat(status(fd).birthTime()).isZero();
    }
    FileHandle handle = FileHandle.at(Fd.CWD, file, 0);
    mount.unmount(false);
    mount = mounted();
    try (Fd root = open("", FileOpen.O_RDONLY)) {
      fails(Errno.ESTALE, () -> handle.open(root.value(), FileOpen.O_RDONLY).close());
    }
  }
}
