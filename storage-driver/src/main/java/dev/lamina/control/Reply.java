package dev.lamina.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the daemon sends back: any number of the first three, then one of the last two. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "reply")
public sealed interface Reply {
  /**
   * How far something is.
   *
   * @param item what is worked on, a layer's short digest for instance
   * @param step what is done with it: reading, storing, writing…
   * @param done bytes done
   * @param total bytes in all, 0 where unknown
   * @param finished whether the item is done
   */
  record Progress(String item, String step, long done, long total, boolean finished)
      implements Reply {}

  /** Something the user should know although it went well. */
  record Warning(String text) implements Reply {}

  /**
   * The end: the answer.
   *
   * @param answer of the type that {@link Request#answer} names
   */
  record Result(Answer answer) implements Reply {}

  /**
   * The end: it failed.
   *
   * @param message what happened, to which file, and what to do
   * @param usage whether the request itself was wrong (exit code 2)
   */
  record Failure(String message, boolean usage) implements Reply {}
}
