package dev.lamina.store;

/** A tree that is in use, which no collection takes apart until this is closed. */
@FunctionalInterface
public interface Use extends AutoCloseable {
  @Override
  void close();
}
