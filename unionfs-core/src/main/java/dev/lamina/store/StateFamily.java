package dev.lamina.store;

/** The kinds of row in {@code state}; docs/FORMAT.md has their keys and values. */
public enum StateFamily implements Family {
  /** Layers, by diffID and chain below. */
  LAYERS("L"),
  /** Images, by name. */
  IMAGES("I"),
  /** Manifests, indexes and configs, byte for byte, by digest. */
  CONTENTS("C"),
  /** Snapshots, by namespace and name. */
  SNAPSHOTS("S"),
  /** Leases, by name. */
  LEASES("E"),
  /** Volumes, by number. */
  VOLUMES("v"),
  /** A volume's names, by directory and name. */
  NAMES("n"),
  /** A volume's own names, by directory and sequence number. */
  SEQUENCES("s"),
  /** A volume's inodes. */
  INODES("i"),
  /** A volume's inodes without a name that are still in use. */
  ORPHANS("o"),
  /** A volume's answers to requests that may be sent again. */
  REPLIES("u");

  private final String title;

  StateFamily(String title) {
    this.title = title;
  }

  /** Returns the family's name in the database. */
  @Override
  public String title() {
    return title;
  }
}
