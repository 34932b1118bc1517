package dev.lamina.store;

/** The kinds of row in the database {@code store}, all of them by digest. */
enum RowFamily implements Family {
  /** Records of trees. */
  RECORDS("dir"),
  /** Blobs: their bytes, or that they are an object. */
  BLOBS("blob"),
  /** Framings of layers. */
  FRAMINGS("framing");

  private final String title;

  RowFamily(String title) {
    this.title = title;
  }

  @Override
  public String title() {
    return title;
  }
}
