package dev.lamina.fs;

/**
 * Who asks, for what becomes of new nodes. Permissions are the kernel's: nothing here decides them,
 * and on an idmapped mount the ids may be absent (-1).
 *
 * @param uid the caller's fsuid, owner of what it creates
 * @param gid the caller's fsgid, group of what it creates where no set-group-id directory says
 *     otherwise
 * @param pid the caller's process id in the daemon's namespace, 0 where unknown
 * @param umask the caller's umask, applied by the file system where the directory has no default
 *     ACL; 0 where the kernel has applied it
 */
public record Caller(int uid, int gid, int pid, int umask) {
  /** Root with an empty umask. */
  public static final Caller ROOT = new Caller(0, 0, 0, 0);
}
