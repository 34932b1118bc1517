package dev.lamina.snapshot;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How an image is to be made of a volume.
 *
 * @param createdBy what the history says made the layer
 * @param message a comment in the history
 * @param author who made the image
 * @param changes instructions for the configuration, as {@code docker commit --change} has them
 * @param warnings gets what a layer cannot carry and leaves out
 */
public record CommitRequest(
    String createdBy,
    Optional<String> message,
    Optional<String> author,
    List<String> changes,
    Consumer<String> warnings) {

  /** Copies the list. */
  public CommitRequest {
    changes = List.copyOf(changes);
  }

  /** Returns one that changes nothing of the configuration. */
  public static CommitRequest plain(String createdBy, Consumer<String> warnings) {
    return new CommitRequest(createdBy, Optional.empty(), Optional.empty(), List.of(), warnings);
  }
}
