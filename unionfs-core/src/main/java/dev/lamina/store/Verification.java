package dev.lamina.store;

import java.util.List;

/**
 * What a verification found.
 *
 * @param layers layers looked at
 * @param records records of trees checked
 * @param blobs contents of files checked
 * @param bytes bytes read and hashed
 * @param damages what is wrong; empty where all is well
 */
public record Verification(
    long layers, long records, long blobs, long bytes, List<Damage> damages) {
  /** Copies the list. */
  public Verification {
    damages = List.copyOf(damages);
  }

  /** Returns whether all is well. */
  public boolean isSound() {
    return damages.isEmpty();
  }
}
