package dev.lamina.fuse.jnr;

import dev.lamina.linux.Memory;
import jnr.ffi.Runtime;

/** Everything that libfuse calls, for one mount. */
final class Callbacks {
  /** {@code struct fuse_conn_info}: what the kernel can do, and what is wanted of it, as bits. */
  private static final int CAPABLE = 20;

  private static final int WANTED = 24;

  private static final int EXPORT_SUPPORT = 1 << 4;
  private static final int BIG_WRITES = 1 << 5;
  private static final int DONT_MASK = 1 << 6;

  private final Served served;
  private final Runtime runtime;
  private final boolean selinux;

  /**
   * @param selinux whether SELinux is on
   */
  Callbacks(Served served, Runtime runtime, boolean selinux) {
    this.served = served;
    this.runtime = runtime;
    this.selinux = selinux;
  }

  /** Enters all of them. */
  void enter(OperationTable table) {
    table.enter(table.init, Delegates.One.class, Callbacks::init);
    new NameCallbacks(served).enter(table);
    new AttributeCallbacks(served).enter(table);
    new FileCallbacks(served).enter(table);
    new DirectoryCallbacks(served, runtime).enter(table);
    new XattrCallbacks(served, selinux).enter(table);
  }

  /**
   * The umask is left to the file system, which knows default ACLs. File handles are not decoded by
   * libfuse: where it has forgotten a node it ends the process.
   */
  private static long init(long connection) {
    int capable = Memory.getInt(connection + CAPABLE);
    int wanted = Memory.getInt(connection + WANTED);
    Memory.putInt(
        connection + WANTED, (wanted | (capable & (DONT_MASK | BIG_WRITES))) & ~EXPORT_SUPPORT);
    return 0;
  }
}
