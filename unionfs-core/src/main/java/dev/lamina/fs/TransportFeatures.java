package dev.lamina.fs;

/**
 * What a transport can do, told to a file system before the first operation.
 *
 * @param passthrough whether it can hand a backing to the kernel
 * @param killPrivileges whether the kernel says when privileges die (HANDLE_KILLPRIV_V2)
 * @param posixAcl whether the kernel checks ACLs and leaves umask and inheritance to the file
 *     system (POSIX_ACL and DONT_MASK)
 */
public record TransportFeatures(boolean passthrough, boolean killPrivileges, boolean posixAcl) {
  /** A transport with none of it. */
  public static final TransportFeatures NONE = new TransportFeatures(false, false, false);

  /** These, but nothing can be handed to the kernel. */
  public TransportFeatures withoutPassthrough() {
    return new TransportFeatures(false, killPrivileges, posixAcl);
  }
}
