package dev.lamina.fuse.semantics;

/** One thing that a user does in a union, and what is seen then. */
@FunctionalInterface
interface Look {
  /**
   * Does it.
   *
   * @return what is seen, in a few plain words, made only from what happened
   * @throws dev.lamina.linux.LinuxException where the errno is what is seen
   */
  String at(User user) throws Exception;
}
