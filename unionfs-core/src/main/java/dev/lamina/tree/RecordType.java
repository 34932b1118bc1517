package dev.lamina.tree;

/** The types of record, with the byte that follows the version. */
enum RecordType {
  /** A directory of up to 4,096 entries. */
  DIRECTORY('d'),
  /** A larger directory: the list of its pages. */
  PAGE_LIST('P'),
  /** A run of entries of a larger directory. */
  PAGE('p'),
  /** A tree. */
  TREE('t'),
  /** A link table. */
  LINK_TABLE('l');

  /** The version of the encoding, which is a record's first byte. */
  static final int VERSION = 1;

  final int code;

  RecordType(char code) {
    this.code = code;
  }
}
