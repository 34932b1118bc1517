package dev.lamina.store;

/**
 * What an image runs on, in the words of the OCI image specification.
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64}
 * @param variant such as {@code v8}, empty where there is none
 */
public record Platform(String os, String architecture, String variant) {
  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
