package dev.lamina.tree;

/** Where encoded records are read from. Thread-safe. */
@FunctionalInterface
public interface RecordSource {
  /**
   * Returns the encoded record of this name. Whoever decodes it checks that the bytes have the
   * digest; nobody changes the array.
   *
   * @throws DamagedException where there is none
   */
  byte[] record(Digest digest);
}
