package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** name_to_handle_at and open_by_handle_at: D4.4. */
interface HandlesPosix extends PosixSubject {
  private static FileHandle handle(String path) {
    return FileHandle.at(Fd.CWD, Paths.bytes(path), 0);
  }

  private static Fd open(FileHandle handle, int flags) {
    try (Fd here = FileOpen.openat(Fd.CWD, Paths.bytes("."), FileOpen.O_RDONLY)) {
      return Home.closing(handle.open(here.value(), flags));
    }
  }

  @TestFactory
  default Stream<DynamicTest> D4_4_a_handle_opens_what_it_was_made_of() {
    return newAndBelow(
        "open_by_handle_at",
        () -> {
          for (Kind kind : Kind.values()) {
            FileHandle handle = handle(kind.title());
            int fd = open(handle, FileOpen.O_PATH).value();
            is(kind.title(), Calls.stat(kind.title()).inode(), Calls.fstat(fd).inode());
            is(handle, handle(kind.title()));
          }
          FileHandle file = handle("file");
          ok(Calls.rename("file", "directory/renamed"));
          is("content", Calls.pread(open(file, FileOpen.O_RDONLY).value(), 0));
          ok(Calls.pwrite(open(file, FileOpen.O_RDWR).value(), "C", 0));
          is("Content", Calls.pread(open(file, FileOpen.O_RDONLY).value(), 0));
          is(file, handle("directory/renamed"));
        });
  }

  @Test
  default void D4_4_a_handle_of_what_is_gone_is_stale() {
    Calls.file("file", "");
    FileHandle handle = handle("file");
    ok(Calls.unlink("file"));
    is("with nothing left", Errno.ESTALE, refused(handle));
    Calls.file("file", "another");
    is("with another by its name", Errno.ESTALE, refused(handle));
  }

  private static Errno refused(FileHandle handle) {
    try {
      open(handle, FileOpen.O_RDONLY);
      throw new AssertionError("the handle opens something");
    } catch (LinuxException e) {
      return e.errno();
    }
  }

  @Test
  default void a_handle_opens_by_root_alone() {
    Calls.file("file", "");
    FileHandle handle = handle("file");
    is(Errno.EPERM, User.ANNA.does(() -> refused(handle)));
  }

  @TestFactory
  default Stream<DynamicTest> D4_4_handles_outlive_the_mount() {
    return newAndBelow(
        "handles",
        () -> {
          Map<Kind, FileHandle> handles = new EnumMap<>(Kind.class);
          for (Kind kind : Kind.values()) {
            handles.put(kind, handle(kind.title()));
          }
          ok(Calls.chmod("file", 0600));
          ok(Calls.rename("fifo", "directory/moved"));
          String here = ProcFile.directory();
          ok(Calls.chdir("/"));
          remounted();
          ok(Calls.chdir(here));
          for (Kind kind : Kind.values()) {
            FileHandle handle = handles.getOrDefault(kind, handle("."));
            String path = kind == Kind.FIFO ? "directory/moved" : kind.title();
            int fd = open(handle, FileOpen.O_PATH).value();
            is(path, Calls.stat(path).inode(), Calls.fstat(fd).inode());
          }
          FileHandle file = handles.getOrDefault(Kind.FILE, handle("."));
          is("content", Calls.pread(open(file, FileOpen.O_RDONLY).value(), 0));
        });
  }

  private void remounted() {
    try {
      mountPoint().remount();
    } catch (Exception e) {
      throw new IllegalStateException("it does not mount anew", e);
    }
  }
}
