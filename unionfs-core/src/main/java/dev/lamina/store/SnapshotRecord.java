package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A named snapshot.
 *
 * @param kind what it is for
 * @param parent the name, in the same namespace, of the snapshot it was made from
 * @param content what it holds
 * @param created when it was made, ns since the epoch
 * @param updated when its record last changed, ns since the epoch
 * @param labels the engine's own
 */
public record SnapshotRecord(
    SnapshotKind kind,
    Optional<String> parent,
    SnapshotContent content,
    long created,
    long updated,
    SortedMap<String, String> labels) {

  private static final int VERSION = 1;
  private static final int TREE = 0;
  private static final int VOLUME = 1;
  private static final List<SnapshotKind> KINDS = List.of(SnapshotKind.values());

  /** Copies the map. */
  public SnapshotRecord {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  byte[] encode() {
    RecordWriter out = new RecordWriter().octet(VERSION).octet(KINDS.indexOf(kind)).text(parent);
    switch (content) {
      case SnapshotContent.OfTree(Digest tree) -> out.octet(TREE).digest(tree);
      case SnapshotContent.OfVolume(VolumeId volume) -> out.octet(VOLUME).number(volume.number());
    }
    return out.signed(created).signed(updated).map(labels).toBytes();
  }

  static SnapshotRecord decode(byte[] value) {
    RecordReader in = new RecordReader(value).version(VERSION);
    SnapshotKind kind = in.choice(KINDS);
    Optional<String> parent = in.optionalText();
    SnapshotContent content = content(in);
    SnapshotRecord record =
        new SnapshotRecord(kind, parent, content, in.signed(), in.signed(), in.map());
    in.end();
    return record;
  }

  private static SnapshotContent content(RecordReader in) {
    if (!in.flag()) {
      return new SnapshotContent.OfTree(in.digest());
    }
    long volume = in.size();
    if (volume < 1) {
      throw new MalformedRecordException("volume number " + volume);
    }
    return new SnapshotContent.OfVolume(new VolumeId(volume));
  }
}
