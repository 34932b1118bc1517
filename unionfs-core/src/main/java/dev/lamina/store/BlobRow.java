package dev.lamina.store;

/** What a blob's row says. */
sealed interface BlobRow {
  /** The length of the blob in bytes. */
  long size();

  /** Its bytes are in the row. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier between codec and reader, never compared
  record Inline(byte[] bytes) implements BlobRow {
    @Override
    public long size() {
      return bytes.length;
    }
  }

  /** It is an object, unless the object's file says otherwise. */
  record AsObject(long size) implements BlobRow {}

  /** It is an object that a verification found damaged: as good as absent until it is replaced. */
  record Condemned(long size) implements BlobRow {}

  /** The forms' numbers in a row's first byte. */
  int INLINE = 1;

  /** As {@link #INLINE}. */
  int OBJECT = 2;

  /** As {@link #INLINE}. */
  int CONDEMNED = 3;

  /** Returns the row's value. */
  default byte[] encode() {
    return switch (this) {
      case Inline(byte[] bytes) ->
          new RecordWriter().octet(INLINE).number(bytes.length).raw(bytes).toBytes();
      case AsObject(long size) -> new RecordWriter().octet(OBJECT).number(size).toBytes();
      case Condemned(long size) -> new RecordWriter().octet(CONDEMNED).number(size).toBytes();
    };
  }

  /**
   * Reads a row's value.
   *
   * @throws MalformedRecordException where it is none
   */
  static BlobRow decode(byte[] value) {
    RecordReader in = new RecordReader(value);
    int form = in.octet();
    BlobRow row =
        switch (form) {
          case INLINE -> new Inline(in.bytes());
          case OBJECT -> new AsObject(in.size());
          case CONDEMNED -> new Condemned(in.size());
          default -> throw new MalformedRecordException("unknown form " + form);
        };
    in.end();
    if (row.size() < 1) {
      throw new MalformedRecordException("an empty blob");
    }
    return row;
  }
}
