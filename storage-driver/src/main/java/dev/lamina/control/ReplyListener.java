package dev.lamina.control;

/** Hears what the daemon says before its answer. Called in the thread that asked. */
public interface ReplyListener {
  /** Hears of progress. */
  void progress(Reply.Progress progress);

  /** Hears a warning. */
  void warning(String text);
}
