package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.file.Path;

/**
 * Where things are in a store's directory.
 *
 * @param root the directory
 */
public record StoreLayout(Path root) {
  static final int SHARDS = 256;

  /** Makes the path absolute: it must not move with the current directory. */
  public StoreLayout {
    root = root.toAbsolutePath().normalize();
  }

  /** Returns the file whose lock keeps other processes out. */
  public Path lock() {
    return root.resolve("lock");
  }

  /** Returns the file that says which format the store has. */
  public Path format() {
    return root.resolve("format");
  }

  /** Returns the database of what is named by digest. */
  public Path rows() {
    return root.resolve("store");
  }

  /** Returns the database of what is known by name. */
  public Path state() {
    return root.resolve("state");
  }

  /** Returns the directory of objects. */
  public Path objects() {
    return root.resolve("objects");
  }

  /** Returns the directory of temporary files, emptied at opening. */
  public Path temporaries() {
    return root.resolve("tmp");
  }

  /** Returns the directory of volumes. */
  public Path volumes() {
    return root.resolve("volumes");
  }

  /** Returns the directory of unpacked native libraries. */
  public Path libraries() {
    return root.resolve("lib");
  }

  /** Returns the object of a blob, a pure function of its digest. */
  public Path object(Digest digest) {
    return objects().resolve(objectName(digest));
  }

  /** Returns a volume's directory. */
  public Path volume(VolumeId volume) {
    return volumes().resolve(volume.toString());
  }

  /** Returns the directory of a volume's changed files. */
  public Path volumeData(VolumeId volume) {
    return volume(volume).resolve("data");
  }

  static String objectName(Digest digest) {
    String hex = digest.hex();
    return hex.substring(0, 2) + "/" + hex.substring(2);
  }

  /** The directories among the objects, 00 to ff. */
  static String shardName(int shard) {
    return Character.toString(Character.forDigit(shard >>> 4, 16))
        + Character.forDigit(shard & 0xf, 16);
  }

  static int shardOf(Digest digest) {
    return (int) (digest.a() >>> 56);
  }
}
