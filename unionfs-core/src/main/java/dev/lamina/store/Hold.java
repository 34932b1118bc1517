package dev.lamina.store;

/**
 * Keeps a collection from taking its roots. Closed by the thread that got it, soon: a collection
 * waits for it, and others wait for the collection.
 */
@FunctionalInterface
public interface Hold extends AutoCloseable {
  @Override
  void close();
}
