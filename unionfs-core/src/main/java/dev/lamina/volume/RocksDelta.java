package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateFamily;
import dev.lamina.store.StoreException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * A volume's delta in the store's {@code state} database. What it throws when the database fails is
 * an {@link FsException}: ENOSPC where the disk is full, else EIO.
 *
 * <p>Reads see the newest rows, or those of a snapshot where one is given (then nothing may be
 * written).
 */
final class RocksDelta implements Delta {
  private static final System.Logger LOG = System.getLogger(RocksDelta.class.getName());

  /** Of a volume with more rows in a family the rest is removed as a range. */
  static final int MOST_ONE_BY_ONE = 10_000;

  private static final int ROWS_AT_ONCE = 1_000;

  private final StateDatabase database;
  private final DeltaKeys keys;
  private final boolean writable;
  private final ReadOptions options;
  private final ReadOptions scans;
  private final Slice end;
  private volatile boolean hasStrangeReplies;

  private RocksDelta(StateDatabase database, long volume, ReadOptions at, boolean writable) {
    this.database = database;
    this.keys = new DeltaKeys(volume);
    this.writable = writable;
    this.options = new ReadOptions(at);
    this.end = new Slice(keys.end());
    this.scans = new ReadOptions(at).setIterateUpperBound(end);
  }

  /** The delta as it is from moment to moment, to read and write. */
  static RocksDelta of(StateDatabase database, long volume) {
    try (ReadOptions newest = new ReadOptions()) {
      return new RocksDelta(database, volume, newest, true);
    }
  }

  /** The delta as of a snapshot, to read; the snapshot must outlive it. */
  static RocksDelta at(StateDatabase database, long volume, ReadOptions snapshot) {
    return new RocksDelta(database, volume, snapshot, false);
  }

  @Override
  public @Nullable NameRow name(long directory, FileName name) {
    byte[] value = get(StateFamily.NAMES, keys.name(directory, name));
    return value == null ? null : decode(directory, name, value);
  }

  /** Who is told that a row is damaged is told where. */
  private static NameRow decode(long directory, FileName name, byte[] value) {
    try {
      return DeltaCodec.decodeName(value);
    } catch (MalformedRecordException e) {
      throw new MalformedRecordException(
          "that of the name \""
              + name
              + "\" in the directory with inode "
              + directory
              + ": "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void names(long directory, FileName from, NameVisitor visitor) {
    try (RocksIterator rows = iterator(StateFamily.NAMES)) {
      for (rows.seek(keys.name(directory, from)); rows.isValid(); rows.next()) {
        byte[] key = rows.key();
        if (DeltaKeys.inodeOf(key) != directory) {
          return;
        }
        FileName name = DeltaKeys.nameOf(key);
        if (!visitor.visit(name, decode(directory, name, rows.value()))) {
          return;
        }
      }
      check(rows);
    }
  }

  @Override
  public void allNames(DirectoryNameVisitor visitor) {
    try (RocksIterator rows = iterator(StateFamily.NAMES)) {
      for (rows.seek(keys.first()); rows.isValid(); rows.next()) {
        byte[] key = rows.key();
        long directory = DeltaKeys.inodeOf(key);
        FileName name = DeltaKeys.nameOf(key);
        NameRow row;
        try {
          row = decode(directory, name, rows.value());
        } catch (MalformedRecordException e) {
          visitor.damaged(e);
          continue;
        }
        visitor.visit(directory, name, row);
      }
      check(rows);
    }
  }

  @Override
  public void sequence(long directory, long after, SequenceVisitor visitor) {
    try (RocksIterator rows = iterator(StateFamily.SEQUENCES)) {
      for (rows.seek(keys.sequence(directory, after + 1)); rows.isValid(); rows.next()) {
        byte[] key = rows.key();
        if (DeltaKeys.inodeOf(key) != directory
            || !visitor.visit(DeltaKeys.sequenceOf(key), FileName.of(rows.value()))) {
          return;
        }
      }
      check(rows);
    }
  }

  @Override
  public @Nullable InodeRow inode(long inode) {
    byte[] value = get(StateFamily.INODES, keys.inode(inode));
    return value == null ? null : DeltaCodec.decodeInode(value);
  }

  @Override
  public void inodes(InodeVisitor visitor) {
    try (RocksIterator rows = iterator(StateFamily.INODES)) {
      for (rows.seek(keys.first()); rows.isValid(); rows.next()) {
        long inode = DeltaKeys.inodeOf(rows.key());
        InodeRow row;
        try {
          row = DeltaCodec.decodeInode(rows.value());
        } catch (MalformedRecordException e) {
          visitor.damaged(inode, e);
          continue;
        }
        visitor.visit(inode, row);
      }
      check(rows);
    }
  }

  @Override
  public void directories(LongConsumer visitor) {
    try (RocksIterator rows = iterator(StateFamily.NAMES)) {
      rows.seek(keys.first());
      while (rows.isValid()) {
        long directory = DeltaKeys.inodeOf(rows.key());
        visitor.accept(directory);
        rows.seek(keys.inode(directory + 1));
      }
      check(rows);
    }
  }

  @Override
  public void orphans(LongConsumer visitor) {
    try (RocksIterator rows = iterator(StateFamily.ORPHANS)) {
      for (rows.seek(keys.first()); rows.isValid(); rows.next()) {
        visitor.accept(DeltaKeys.inodeOf(rows.key()));
      }
      check(rows);
    }
  }

  @Override
  public @Nullable ReplyRow reply(int place) {
    byte[] value = hasStrangeReplies ? null : get(StateFamily.REPLIES, keys.reply(place));
    return value == null ? null : DeltaCodec.decodeReply(value);
  }

  @Override
  public void forgetReplies() {
    try {
      removeAll(StateFamily.REPLIES);
    } catch (FsException | StoreException e) {
      // A full disk, say, which must not keep anybody from reading the volume.
      hasStrangeReplies = true;
      LOG.log(System.Logger.Level.WARNING, "answers of an earlier mount stay for now", e);
    }
  }

  @Override
  public void write(Consumer<DeltaBatch> rows) {
    if (!writable) {
      throw FsException.of(Errno.EROFS);
    }
    try (WriteBatch batch = new WriteBatch()) {
      rows.accept(new Batch(batch));
      database.write(batch, false);
    }
  }

  /** Returns what adds this volume's rows to a batch that is written elsewhere. */
  DeltaBatch rows(WriteBatch batch) {
    return new Batch(batch);
  }

  @Override
  public void sync() {
    database.syncWal();
  }

  /**
   * Removes every row of the volume, one by one while they are few: each range that is deleted
   * slows every later read of all volumes down until the database has written it out. Resumable:
   * what is gone is gone.
   */
  void removeAll() {
    removeAll(StateFamily.NAMES);
    removeAll(StateFamily.SEQUENCES);
    removeAll(StateFamily.INODES);
    removeAll(StateFamily.ORPHANS);
    removeAll(StateFamily.REPLIES);
  }

  private void removeAll(StateFamily family) {
    ColumnFamilyHandle handle = database.family(family);
    try (WriteBatch batch = new WriteBatch();
        RocksIterator rows = iterator(family)) {
      int removed = 0;
      for (rows.seek(keys.first()); rows.isValid(); rows.next()) {
        if (removed == MOST_ONE_BY_ONE) {
          batch.deleteRange(handle, rows.key(), keys.end());
          break;
        }
        batch.delete(handle, rows.key());
        removed++;
        if (removed % ROWS_AT_ONCE == 0) {
          database.write(batch, false);
          batch.clear();
        }
      }
      check(rows);
      if (batch.count() > 0) {
        database.write(batch, false);
      }
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    scans.close();
    end.close();
    options.close();
  }

  private byte @Nullable [] get(StateFamily family, byte[] key) {
    try {
      return database.rocks().get(database.family(family), options, key);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private RocksIterator iterator(StateFamily family) {
    return database.rocks().newIterator(database.family(family), scans);
  }

  private static void check(RocksIterator rows) {
    try {
      rows.status();
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private static FsException failed(RocksDBException e) {
    return FsException.of(Errno.EIO, "the volume's records cannot be read or written", e);
  }

  /** Rows on their way into one batch of the database. */
  private final class Batch implements DeltaBatch {
    private final WriteBatch batch;

    Batch(WriteBatch batch) {
      this.batch = batch;
    }

    @Override
    public void putName(long directory, FileName name, NameRow row) {
      put(StateFamily.NAMES, keys.name(directory, name), DeltaCodec.encode(row));
    }

    @Override
    public void removeName(long directory, FileName name) {
      remove(StateFamily.NAMES, keys.name(directory, name));
    }

    @Override
    public void putSequence(long directory, long number, FileName name) {
      put(StateFamily.SEQUENCES, keys.sequence(directory, number), name.toBytes());
    }

    @Override
    public void removeSequence(long directory, long number) {
      remove(StateFamily.SEQUENCES, keys.sequence(directory, number));
    }

    @Override
    public void removeNames(long directory) {
      // One by one: a removed directory is empty, so there is hardly ever one, and each range that
      // is deleted slows every later read down until the database has written it out.
      try (Slice behind = new Slice(keys.inode(directory + 1));
          ReadOptions within = new ReadOptions(options).setIterateUpperBound(behind)) {
        removeNames(StateFamily.NAMES, directory, within);
        removeNames(StateFamily.SEQUENCES, directory, within);
      }
    }

    private void removeNames(StateFamily family, long directory, ReadOptions within) {
      ColumnFamilyHandle handle = database.family(family);
      try (RocksIterator rows = database.rocks().newIterator(handle, within)) {
        for (rows.seek(keys.inode(directory)); rows.isValid(); rows.next()) {
          remove(family, rows.key());
        }
        check(rows);
      }
    }

    @Override
    public void putInode(long inode, InodeRow row) {
      put(StateFamily.INODES, keys.inode(inode), DeltaCodec.encode(row));
    }

    @Override
    public void removeInode(long inode) {
      remove(StateFamily.INODES, keys.inode(inode));
    }

    @Override
    public void putOrphan(long inode) {
      put(StateFamily.ORPHANS, keys.inode(inode), new byte[0]);
    }

    @Override
    public void removeOrphan(long inode) {
      remove(StateFamily.ORPHANS, keys.inode(inode));
    }

    @Override
    public void putReply(ReplyRow row) {
      put(StateFamily.REPLIES, keys.reply(row.place()), DeltaCodec.encode(row));
    }

    private void put(StateFamily family, byte[] key, byte[] value) {
      try {
        ColumnFamilyHandle handle = database.family(family);
        batch.put(handle, key, value);
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }

    private void remove(StateFamily family, byte[] key) {
      try {
        batch.delete(database.family(family), key);
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }
  }
}
