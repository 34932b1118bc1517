package dev.lamina.image;

import java.util.regex.Pattern;

/**
 * The name of an image in the store: {@code REPOSITORY:TAG}, as users of engines write it. Without
 * a tag it is {@code latest}.
 *
 * @param repository such as {@code debian} or {@code registry.example:5000/team/app}
 * @param tag such as {@code 12}
 */
public record ImageName(String repository, String tag) {
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "(?:[a-zA-Z0-9.-]+(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
              + "(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final int MOST_CHARACTERS = 255;

  /** Checks both parts. */
  public ImageName {
    if (repository.length() > MOST_CHARACTERS || !REPOSITORY.matcher(repository).matches()) {
      throw new IllegalArgumentException(
          "\""
              + repository
              + "\" is no image name: lower-case letters, digits, and . _ - / between them");
    }
    if (!TAG.matcher(tag).matches()) {
      throw new IllegalArgumentException(
          "\"" + tag + "\" is no tag: letters, digits, and _ . - after the first, 128 at most");
    }
  }

  /**
   * Parses a name. {@code docker.io/library/} in front means nothing: it is what users leave out.
   *
   * @throws IllegalArgumentException where it is none, saying why
   */
  public static ImageName parse(String text) {
    String name = text.replaceFirst("^docker\\.io/(library/)?(?=.)", "");
    int colon = name.lastIndexOf(':');
    // A colon before a slash belongs to a registry's port.
    if (colon < 0 || name.indexOf('/', colon) >= 0) {
      return new ImageName(name, "latest");
    }
    return new ImageName(name.substring(0, colon), name.substring(colon + 1));
  }

  @Override
  public String toString() {
    return repository + ":" + tag;
  }
}
