package dev.lamina.store;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * A snapshot's name in the namespace of one engine. The command line's namespace is {@code cli}.
 *
 * @param namespace the engine's, not empty, without NUL
 * @param name not empty
 */
public record SnapshotKey(String namespace, String name) implements Comparable<SnapshotKey> {
  private static final Comparator<SnapshotKey> ORDER =
      Comparator.comparing(SnapshotKey::namespace).thenComparing(SnapshotKey::name);

  /** Checks both. */
  public SnapshotKey {
    if (namespace.isEmpty() || namespace.indexOf('\0') >= 0 || name.isEmpty()) {
      throw new IllegalArgumentException(
          "no snapshot's name: '" + name + "' in namespace '" + namespace + "'");
    }
  }

  /** Returns the key of the row: the namespace, NUL, the name. */
  byte[] key() {
    return (namespace + '\0' + name).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns what the keys of a namespace's rows start with. */
  static byte[] prefix(String namespace) {
    return (namespace + '\0').getBytes(StandardCharsets.UTF_8);
  }

  static SnapshotKey ofKey(byte[] key) {
    String text = RowKeys.text(key);
    int end = text.indexOf('\0');
    if (end <= 0 || end == text.length() - 1) {
      throw new MalformedRecordException("no snapshot's key: '" + text + "'");
    }
    return new SnapshotKey(text.substring(0, end), text.substring(end + 1));
  }

  @Override
  public int compareTo(SnapshotKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
