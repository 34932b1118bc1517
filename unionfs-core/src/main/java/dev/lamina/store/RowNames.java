package dev.lamina.store;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Names rows of {@code state} for people. */
final class RowNames {
  private RowNames() {}

  static String describe(StateFamily family, byte[] key) {
    return switch (family) {
      case LAYERS -> "the record of layer " + hex(key);
      case IMAGES -> "the record of image " + text(key);
      case CONTENTS -> "manifest or config " + hex(key);
      case SNAPSHOTS -> "the record of snapshot " + text(key);
      case LEASES -> "the record of lease " + text(key);
      case VOLUMES -> "the record of volume " + hex(key);
      case NAMES -> "the record of a volume's name " + hex(key);
      case SEQUENCES -> "the record of a volume's listing " + hex(key);
      case INODES -> "the record of a volume's inode " + hex(key);
      case ORPHANS -> "the record of a volume's unlinked inode " + hex(key);
      case REPLIES -> "the record of a volume's answer " + hex(key);
    };
  }

  private static String hex(byte[] key) {
    return HexFormat.of().formatHex(key);
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8).replace('\0', '/');
  }
}
