package dev.lamina.fuse.kernel;

import dev.lamina.testing.fs.Capability;
import java.util.EnumMap;
import java.util.Map;

/** What no file system can be asked for through system calls, whichever serves the mount. */
final class KernelLimits {
  private KernelLimits() {}

  static Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(Capability.class);
    lacking.put(Capability.KILL_ALONE, "no system call does it");
    lacking.put(
        Capability.KILL_CAPABILITY_ALONE,
        "the kernel asks the same of a server whether set-user-id may stay or not");
    lacking.put(Capability.SETTABLE_CHANGE_TIME, "no system call does it");
    return lacking;
  }
}
