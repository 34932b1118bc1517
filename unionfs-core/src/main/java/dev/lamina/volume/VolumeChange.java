package dev.lamina.volume;

import dev.lamina.tree.TreePath;

/**
 * One line of what a volume has changed, as {@code docker diff} has it.
 *
 * @param kind what happened
 * @param path to what
 */
public record VolumeChange(Kind kind, TreePath path) {
  /** What happened. */
  public enum Kind {
    /** The base has nothing of this path. */
    ADDED('A'),
    /** It is other than in the base, or something below it is. */
    CHANGED('C'),
    /** It is gone, with everything below. */
    DELETED('D');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Returns the letter that stands for it. */
    public char letter() {
      return letter;
    }
  }

  @Override
  public String toString() {
    return kind.letter() + " " + path;
  }
}
