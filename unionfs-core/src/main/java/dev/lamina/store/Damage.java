package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.List;
import java.util.Optional;

/**
 * One thing that is not as it should be.
 *
 * @param kind what sort of thing
 * @param digest its name, where it has one
 * @param message what is wrong with it, for people
 * @param touched where it is needed; empty of a row that could not be read at all, of a file, and
 *     of what nothing needs
 */
public record Damage(Kind kind, Optional<Digest> digest, String message, List<Touched> touched) {
  /** Copies the list. */
  public Damage {
    touched = List.copyOf(touched);
  }

  /** What sort of thing is damaged. */
  public enum Kind {
    /** A row of {@code state} that cannot be read. */
    STATE,
    /** A layer that something names is not there, or does not make its tar. */
    LAYER,
    /** A manifest, index or config. */
    CONTENT,
    /** A record of a tree. */
    RECORD,
    /** A file's content. */
    BLOB,
    /** A layer's framing. */
    FRAMING,
    /** A file of one of the databases. */
    FILE
  }

  /**
   * A place that needs what is damaged.
   *
   * @param root what holds it: "image debian:12", "volume 3"
   * @param path where in it: an absolute path, an inode, or a layer
   */
  public record Touched(String root, String path) {
    @Override
    public String toString() {
      return root + ": " + path;
    }
  }
}
