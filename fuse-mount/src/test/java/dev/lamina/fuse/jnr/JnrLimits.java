package dev.lamina.fuse.jnr;

import dev.lamina.testing.fs.Capability;
import java.util.EnumMap;
import java.util.Map;

/** What cannot be asked of a file system through system calls on a mount of libfuse 2. */
public final class JnrLimits {
  private JnrLimits() {}

  /** Each with its reason; docs/TRANSPORTS.md has them too. */
  public static Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(Capability.class);
    lacking.put(Capability.KILL_ALONE, "no system call does it");
    lacking.put(Capability.KILL_CAPABILITY_ALONE, "no system call does it");
    lacking.put(Capability.SETTABLE_CHANGE_TIME, "no system call does it");
    lacking.put(Capability.RENAME_FLAGS, "libfuse 2 knows no rename with flags: EINVAL");
    lacking.put(Capability.RENAME_WHITEOUT, "libfuse 2 knows no rename with flags: EINVAL");
    lacking.put(Capability.TEMPORARY_FILES, "libfuse 2 knows no O_TMPFILE: EOPNOTSUPP");
    lacking.put(Capability.INODE_FLAGS, "libfuse 2 asks nobody for flags: ENOTTY");
    lacking.put(Capability.HOLES, "libfuse 2 knows no lseek: a file is one piece of data");
    lacking.put(Capability.BIRTH_TIME, "libfuse 2 knows no statx: it is absent");
    lacking.put(
        Capability.UNNAMED_ARE_REACHED,
        "libfuse 2 asks by path, and what is not open has none: ENOENT");
    return lacking;
  }
}
