package dev.lamina.fuse;

import dev.lamina.fs.FileName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says each kind of failure once: what goes wrong for one request usually does for a million.
 * Thread-safe.
 */
public final class DefectLog {
  private static final System.Logger LOG = System.getLogger(DefectLog.class.getName());
  private static final int MOST_KINDS = 1000;

  private final String mount;
  private final Set<Object> said = ConcurrentHashMap.newKeySet();

  /**
   * @param mount where the file system is mounted, for the messages
   */
  public DefectLog(String mount) {
    this.mount = mount;
  }

  private record Defect(String operation, Class<?> kind) {}

  private record Unknown(int opcode) {}

  private record Unanswerable(long parent, FileName name) {}

  private record Line(String text) {}

  /**
   * The server failed on a request in a way it should not have.
   *
   * @param operation the request's name, as {@link MountStatistics#requests} has it
   */
  public void defect(String operation, Throwable failure) {
    if (first(new Defect(operation, failure.getClass()))) {
      LOG.log(
          System.Logger.Level.ERROR,
          mount + ": " + operation + " failed in a way it should not have (said once)",
          failure);
    }
  }

  /** A name cannot be looked up, since what holds it is damaged. */
  public void unanswerable(long parent, FileName name, Throwable failure) {
    if (first(new Unanswerable(parent, name.keep()))) {
      LOG.log(
          System.Logger.Level.ERROR,
          mount + ": cannot look up '" + name + "' in node " + parent + ", answered ENOMEM",
          failure);
    }
  }

  /** The kernel asks for what this server does not know. */
  public void unknown(int opcode) {
    if (first(new Unknown(opcode))) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: the kernel asks for operation {1}, which Lamina does not know: ENOSYS",
          mount,
          opcode);
    }
  }

  /** Anything else that is worth one line. */
  public void once(System.Logger.Level level, String text) {
    if (first(new Line(text))) {
      LOG.log(level, "{0}: {1}", mount, text);
    }
  }

  private boolean first(Object kind) {
    return said.size() < MOST_KINDS && said.add(kind);
  }
}
