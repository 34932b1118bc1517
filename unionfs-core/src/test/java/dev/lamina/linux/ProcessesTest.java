package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessesTest {
  @TempDir Path temp;

  @Test
  void says_who_we_are() throws IOException {
    assertThat((long) Processes.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(Path.of("/proc/self/task/" + Processes.threadId())).exists();
    String status = Files.readString(Path.of("/proc/self/status"));
    assertThat(status)
        .contains("Uid:\t" + Processes.uid() + "\t" + Processes.effectiveUid() + "\t")
        .contains("Gid:\t" + Processes.gid() + "\t" + Processes.effectiveGid() + "\t");
  }

  @Test
  void signal_0_asks_whether_a_process_is_there() {
    Processes.kill(Processes.pid(), 0);
    assertFails(Errno.ESRCH, () -> Processes.kill(Integer.MAX_VALUE, 0));
  }

  @Test
  void the_umask_takes_bits_from_new_files() {
    int before = Processes.umask(0027);
    try (Fd dir = directory(temp)) {
      FileNames.mkdirat(dir.value(), utf8("d"), 0777);
      FileStatus status = new FileStatus();
      FileAttributes.lstatat(dir.value(), utf8("d"), status);
      assertThat(status.permissions()).isEqualTo(0750);
    } finally {
      assertThat(Processes.umask(before)).isEqualTo(0027);
    }
  }

  @Test
  @RequiresRoot
  void the_file_system_user_is_the_threads_own() throws Exception {
    Path secret = Files.writeString(temp.resolve("secret"), "x");
    Files.setPosixFilePermissions(secret, Set.of());
    byte[] path = utf8(secret.toString());
    List<Throwable> failures = new ArrayList<>();
    Thread other =
        new Thread(
            () -> {
              assertThat(Processes.setFsGid(4242)).isZero();
              assertThat(Processes.setFsUid(4242)).isZero();
              assertFails(Errno.EACCES, () -> FileOpen.openat(Fd.CWD, path, 0));
              assertThat(Processes.setFsUid(0)).isEqualTo(4242);
            });
    other.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    other.start();
    other.join();
    assertThat(failures).isEmpty();
    FileOpen.openat(Fd.CWD, path, 0).close();
  }

  @Test
  void the_limit_of_open_files_is_lowered_and_raised_again() {
    Processes.ResourceLimit limit = Processes.resourceLimit(Processes.RLIMIT_NOFILE);
    Processes.ResourceLimit lower = new Processes.ResourceLimit(limit.soft() - 1, limit.hard());
    Processes.setResourceLimit(Processes.RLIMIT_NOFILE, lower);
    assertThat(Processes.resourceLimit(Processes.RLIMIT_NOFILE)).isEqualTo(lower);
    Processes.setResourceLimit(Processes.RLIMIT_NOFILE, limit);
    assertFails(Errno.EINVAL, () -> Processes.resourceLimit(999));
  }

  @Test
  void prctl_names_the_thread() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("lamina-test");
      List<String> names = new ArrayList<>();
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    Processes.prctl(Processes.PR_SET_NAME, name.address(), 0, 0, 0);
                    Path comm = Path.of("/proc/self/task/" + Processes.threadId() + "/comm");
                    try {
                      names.add(Files.readString(comm).strip());
                    } catch (IOException e) {
                      names.add(e.toString());
                    }
                  });
      thread.join();
      assertThat(names).containsExactly("lamina-test");
    }
    assertFails(Errno.EINVAL, () -> Processes.prctl(99_999, 0, 0, 0, 0));
  }

  @Test
  void a_descriptor_is_taken_out_of_a_process() {
    FileStatus ours = new FileStatus();
    FileStatus taken = new FileStatus();
    try (Fd self = Processes.pidfdOpen(Processes.pid());
        Fd file = FileOpen.memfd("x");
        Fd copy = Processes.pidfdGetfd(self.value(), file.value())) {
      FileAttributes.fstat(file.value(), ours);
      FileAttributes.fstat(copy.value(), taken);
      assertThat(copy.value()).isNotEqualTo(file.value());
      assertThat(taken.inode()).isEqualTo(ours.inode());
      Processes.pidfdSendSignal(self.value(), 0);
    }
  }
}
