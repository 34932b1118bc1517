package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import org.junit.jupiter.api.Test;

/** The flags of chattr(1): D8.5. */
interface FlagsContract extends ContractSubject {
  /** Flag d: no dump. */
  int NO_DUMP = 0x40;

  /** Flag A: no access times. */
  int NO_ACCESS_TIME = 0x80;

  /** The flags that these tests know. */
  int KNOWN = MemoryState.IMMUTABLE | MemoryState.APPEND_ONLY | NO_DUMP | NO_ACCESS_TIME;

  private static void set(Workspace workspace, String path, int flags) {
    workspace.setFlags(path, (workspace.flags(path) & ~KNOWN) | flags);
  }

  @Test
  default void D8_5_flags_are_kept() {
    requires(Capability.INODE_FLAGS);
    Workspace workspace = workspace();
    assertThat(workspace.flags("file") & KNOWN).isZero();
    set(workspace, "file", NO_DUMP);
    set(workspace, "dir", NO_ACCESS_TIME);
    Workspace again = remount(workspace);
    assertThat(again.flags("file") & KNOWN).isEqualTo(NO_DUMP);
    assertThat(again.flags("dir") & KNOWN).isEqualTo(NO_ACCESS_TIME);
    assertThat(again.text("file")).isEqualTo("lower content");
    set(again, "file", 0);
    assertThat(again.flags("file") & KNOWN).isZero();
  }

  @Test
  default void D8_5_what_is_immutable_stays_as_it_is() {
    requires(Capability.INODE_FLAGS);
    Workspace workspace = workspace();
    set(workspace, "file", MemoryState.IMMUTABLE);
    set(workspace, "dir", MemoryState.IMMUTABLE);
    Workspace again = remount(workspace);
    try {
      fails(Errno.EPERM, () -> again.open("file", FileOpen.O_WRONLY));
      fails(Errno.EPERM, () -> again.truncate("file", 0));
      fails(Errno.EPERM, () -> again.chmod("file", 0600));
      fails(Errno.EPERM, () -> again.chown("file", 1, 1));
      fails(Errno.EPERM, () -> again.utimes("file", 1, 1));
      fails(Errno.EPERM, () -> again.setxattr("file", "user.x", new byte[1], 0));
      fails(Errno.EPERM, () -> again.unlink("file"));
      fails(Errno.EPERM, () -> again.rename("file", "other"));
      fails(Errno.EPERM, () -> again.rename("twin", "file"));
      fails(Errno.EPERM, () -> again.link("file", "other"));
      fails(Errno.EPERM, () -> again.mkdir("dir/new"));
      fails(Errno.EPERM, () -> again.unlink("dir/one"));
      fails(Errno.EPERM, () -> again.rename("dir/one", "other"));
      fails(Errno.EPERM, () -> again.rename("twin", "dir/new"));
      assertThat(again.text("file")).isEqualTo("lower content");
      again.write("dir/one", 0, "changeable");
    } finally {
      set(again, "file", 0);
      set(again, "dir", 0);
    }
    again.unlink("file");
    again.unlink("dir/one");
  }

  @Test
  default void D8_5_what_is_append_only_grows() {
    requires(Capability.INODE_FLAGS);
    Workspace workspace = workspace();
    set(workspace, "file", MemoryState.APPEND_ONLY);
    set(workspace, "dir", MemoryState.APPEND_ONLY);
    try {
      fails(Errno.EPERM, () -> workspace.open("file", FileOpen.O_WRONLY));
      int cut = FileOpen.O_WRONLY | FileOpen.O_APPEND | FileOpen.O_TRUNC;
      fails(Errno.EPERM, () -> workspace.open("file", cut));
      fails(Errno.EPERM, () -> workspace.truncate("file", 0));
      fails(Errno.EPERM, () -> workspace.unlink("file"));
      fails(Errno.EPERM, () -> workspace.rename("file", "other"));
      fails(Errno.EPERM, () -> workspace.link("file", "other"));
      try (Handle handle = workspace.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
        handle.write(0, "!");
      }
      assertThat(workspace.text("file")).isEqualTo("lower content!");
      workspace.file("dir/new", "");
      fails(Errno.EPERM, () -> workspace.unlink("dir/new"));
      fails(Errno.EPERM, () -> workspace.rename("dir/one", "other"));
    } finally {
      set(workspace, "file", 0);
      set(workspace, "dir", 0);
    }
  }
}
