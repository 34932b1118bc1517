package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.store.RecordReader;
import dev.lamina.store.RecordWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Xattrs;
import java.util.TreeMap;

/**
 * The values of the delta's rows; docs/FORMAT.md has them byte by byte. Pure functions between
 * records and bytes: what does not decode exactly is refused with {@link MalformedRecordException}.
 */
final class DeltaCodec {
  private static final int TOMBSTONE = 0;
  private static final int DEAD = 0;
  private static final int LIVE = 1;
  private static final int NO_DATA = 0;
  private static final int INHERITED = 1;
  private static final int OWN = 2;
  private static final int BASE_SLOT = 0;
  private static final int SEQUENCE_SLOT = 1;

  private DeltaCodec() {}

  static byte[] encode(NameRow row) {
    RecordWriter out = new RecordWriter();
    if (row.isTombstone()) {
      return out.octet(TOMBSTONE).toBytes();
    }
    out.octet(row.kind().directoryType()).number(row.inode());
    if (Slots.isSequence(row.slot())) {
      out.octet(SEQUENCE_SLOT).number(row.slot() - Slots.SEQUENCE_BASE);
    } else {
      out.octet(BASE_SLOT).number(row.slot());
    }
    return out.toBytes();
  }

  static NameRow decodeName(byte[] value) {
    RecordReader in = new RecordReader(value);
    int type = in.octet();
    if (type == TOMBSTONE) {
      in.end();
      return NameRow.TOMBSTONE;
    }
    FileKind kind = kind(type);
    long inode = in.number();
    int form = in.octet();
    if (form != BASE_SLOT && form != SEQUENCE_SLOT) {
      throw new MalformedRecordException("no form of a slot: " + form);
    }
    long number = in.number();
    in.end();
    return new NameRow(inode, kind, form == SEQUENCE_SLOT ? number + Slots.SEQUENCE_BASE : number);
  }

  static byte[] encode(ReplyRow row) {
    return new RecordWriter()
        .number(row.request())
        .number(row.errno())
        .number(row.inode())
        .toBytes();
  }

  static ReplyRow decodeReply(byte[] value) {
    RecordReader in = new RecordReader(value);
    ReplyRow row = new ReplyRow(in.number(), small(in), in.number());
    in.end();
    return row;
  }

  static byte[] encode(InodeRow row) {
    return switch (row) {
      case InodeRow.Dead dead -> new RecordWriter().octet(DEAD).toBytes();
      case InodeRow.Live live -> encode(live.record());
    };
  }

  private static byte[] encode(InodeRecord record) {
    RecordWriter out = new RecordWriter();
    out.octet(LIVE)
        .octet(record.kind().directoryType())
        .number(record.mode())
        .number(Integer.toUnsignedLong(record.uid()))
        .number(Integer.toUnsignedLong(record.gid()))
        .number(record.links())
        .number(Integer.toUnsignedLong(record.flags()));
    Times times = record.times();
    out.signed(times.access()).signed(times.modify()).signed(times.change()).signed(times.birth());
    encode(record.content(), out);
    Xattrs xattrs = record.xattrs();
    out.number(xattrs.size());
    for (int i = 0; i < xattrs.size(); i++) {
      out.bytes(xattrs.name(i).toBytes()).bytes(xattrs.value(i));
    }
    return out.toBytes();
  }

  private static void encode(Content content, RecordWriter out) {
    switch (content) {
      case Content.NoData none -> out.octet(NO_DATA);
      case Content.Inherited inherited ->
          out.octet(INHERITED).digest(inherited.blob()).number(inherited.size());
      case Content.Own own -> out.octet(OWN);
      case Content.Parent parent -> out.number(parent.inode());
      case Content.Target target -> out.bytes(target.bytes());
      case Content.Device device -> out.number(device.number());
      case Content.Nothing nothing -> {}
    }
  }

  static InodeRow decodeInode(byte[] value) {
    RecordReader in = new RecordReader(value);
    int form = in.octet();
    if (form == DEAD) {
      in.end();
      return InodeRow.Dead.INSTANCE;
    }
    if (form != LIVE) {
      throw new MalformedRecordException("no form of an inode row: " + form);
    }
    FileKind kind = kind(in.octet());
    int mode = small(in);
    int uid = unsigned(in);
    int gid = unsigned(in);
    int links = small(in);
    int flags = unsigned(in);
    Times times = new Times(in.signed(), in.signed(), in.signed(), in.signed());
    Content content = decodeContent(kind, in);
    int count = in.count(2);
    TreeMap<FileName, byte[]> xattrs = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      FileName name = FileName.of(in.bytes());
      if (!xattrs.isEmpty() && xattrs.lastKey().compareTo(name) >= 0) {
        throw new MalformedRecordException("extended attributes out of order");
      }
      xattrs.put(name, in.bytes());
    }
    in.end();
    return new InodeRow.Live(
        new InodeRecord(
            kind,
            mode,
            uid,
            gid,
            links,
            flags,
            times,
            count == 0 ? Xattrs.EMPTY : Xattrs.of(xattrs),
            content));
  }

  private static Content decodeContent(FileKind kind, RecordReader in) {
    return switch (kind) {
      case REGULAR -> decodeData(in);
      case DIRECTORY -> new Content.Parent(in.number());
      case SYMLINK -> new Content.Target(in.bytes());
      case CHARACTER_DEVICE, BLOCK_DEVICE -> new Content.Device(in.number());
      case FIFO, SOCKET -> Content.Nothing.INSTANCE;
    };
  }

  private static Content decodeData(RecordReader in) {
    int state = in.octet();
    if (state == NO_DATA) {
      return Content.NoData.INSTANCE;
    }
    if (state == OWN) {
      return Content.Own.INSTANCE;
    }
    if (state != INHERITED) {
      throw new MalformedRecordException("no data state: " + state);
    }
    Digest blob = in.digest();
    return new Content.Inherited(blob, in.number());
  }

  private static int small(RecordReader in) {
    long value = in.number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedRecordException("a number of more than 31 bits");
    }
    return (int) value;
  }

  /** Reads 32 bits without a sign: owners and flags. */
  private static int unsigned(RecordReader in) {
    long value = in.number();
    if (value >>> Integer.SIZE != 0) {
      throw new MalformedRecordException("a number of more than 32 bits");
    }
    return (int) value;
  }

  private static FileKind kind(int type) {
    for (FileKind kind : FileKind.values()) {
      if (kind.directoryType() == type) {
        return kind;
      }
    }
    throw new MalformedRecordException("no file kind: type " + type);
  }
}
