package dev.lamina.control;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** What a failure is called where the user reads it. */
public final class FailureText {
  private FailureText() {}

  /**
   * Returns the message of a failure. Those of Java that name only a file get the reason, which
   * they have in the name of their class.
   */
  public static String of(Exception failure) {
    return switch (failure) {
      case UncheckedIOException wrapper -> of(Objects.requireNonNull(wrapper.getCause()));
      case NoSuchFileException e -> of(e, "no such file or directory");
      case AccessDeniedException e -> of(e, "permission denied");
      case FileAlreadyExistsException e -> of(e, "is there already");
      case NotDirectoryException e -> of(e, "is no directory");
      case DirectoryNotEmptyException e -> of(e, "is not empty");
      default -> Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getName());
    };
  }

  private static String of(FileSystemException failure, String reason) {
    // A second file or a reason of its own is rare, and better than ours.
    return failure.getReason() == null && failure.getOtherFile() == null
        ? failure.getFile() + ": " + reason
        : String.valueOf(failure.getMessage());
  }
}
