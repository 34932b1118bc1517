package dev.lamina.volume;

import dev.lamina.fs.FileName;

/** Extended attributes with a meaning of their own. */
final class XattrNames {
  static final FileName ACCESS_ACL = FileName.of("system.posix_acl_access");
  static final FileName DEFAULT_ACL = FileName.of("system.posix_acl_default");
  static final FileName CAPABILITY = FileName.of("security.capability");
  static final FileName SELINUX = FileName.of("security.selinux");

  private static final FileName USER = FileName.of("user.");
  private static final FileName TRUSTED = FileName.of("trusted.");
  private static final FileName SECURITY = FileName.of("security.");

  private XattrNames() {}

  /** Whether a name is in a namespace that a volume keeps. */
  static boolean isKept(FileName name) {
    return isIn(name, "user.")
        || isIn(name, "trusted.")
        || isIn(name, "security.")
        || name.equals(ACCESS_ACL)
        || name.equals(DEFAULT_ACL);
  }

  /** Whether it is the name of a namespace alone, of which no attribute can be. */
  static boolean isNamespace(FileName name) {
    return name.equals(USER) || name.equals(TRUSTED) || name.equals(SECURITY);
  }

  private static boolean isIn(FileName name, String namespace) {
    return name.length() > namespace.length() && name.startsWith(namespace);
  }
}
