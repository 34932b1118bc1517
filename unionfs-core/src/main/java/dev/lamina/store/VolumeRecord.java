package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.List;
import java.util.Optional;

/**
 * A volume: what it is built on, and what it has used up.
 *
 * @param baseTree digest of the base's tree record
 * @param basePositions number of positions of the base, N: inodes above it are the volume's own
 * @param diffIds the diffIDs of the image it was made from, the lowest first; none of a tree
 * @param config digest of that image's config
 * @param origin the image's name then, for people
 * @param state where it stands
 * @param flags bit 0: volatile, it does without syncing
 * @param inodeMark inode numbers from here on are unused
 * @param sequenceMark sequence numbers from here on are unused
 * @param created when it was made, ns since the epoch
 */
public record VolumeRecord(
    Digest baseTree,
    long basePositions,
    List<Digest> diffIds,
    Optional<Digest> config,
    String origin,
    VolumeState state,
    int flags,
    long inodeMark,
    long sequenceMark,
    long created) {

  /** The flag of a volume that does without syncing. */
  public static final int VOLATILE = 1;

  private static final int VERSION = 1;
  private static final List<VolumeState> STATES = List.of(VolumeState.values());

  /** Copies the list. */
  public VolumeRecord {
    diffIds = List.copyOf(diffIds);
  }

  /** Returns this record with other high-water marks. */
  public VolumeRecord withMarks(long inode, long sequence) {
    return new VolumeRecord(
        baseTree, basePositions, diffIds, config, origin, state, flags, inode, sequence, created);
  }

  /** Returns this record in another state. */
  public VolumeRecord withState(VolumeState other) {
    return new VolumeRecord(
        baseTree,
        basePositions,
        diffIds,
        config,
        origin,
        other,
        flags,
        inodeMark,
        sequenceMark,
        created);
  }

  /** Returns the record of a volume that is made at this moment, in ns since the epoch. */
  public VolumeRecord activeSince(long moment) {
    return new VolumeRecord(
        baseTree,
        basePositions,
        diffIds,
        config,
        origin,
        VolumeState.ACTIVE,
        flags,
        inodeMark,
        sequenceMark,
        moment);
  }

  /** Returns the row's value. */
  public byte[] encode() {
    return new RecordWriter()
        .octet(VERSION)
        .digest(baseTree)
        .number(basePositions)
        .digests(diffIds)
        .digest(config)
        .text(origin)
        .octet(STATES.indexOf(state))
        .number(Integer.toUnsignedLong(flags))
        .number(inodeMark)
        .number(sequenceMark)
        .signed(created)
        .toBytes();
  }

  /**
   * Reads a row's value.
   *
   * @throws MalformedRecordException where it is none
   */
  public static VolumeRecord decode(byte[] value) {
    RecordReader in = new RecordReader(value).version(VERSION);
    Digest baseTree = in.digest();
    long basePositions = in.size();
    List<Digest> diffIds = in.digests();
    Optional<Digest> config = in.optionalDigest();
    String origin = in.text();
    VolumeState state = in.choice(STATES);
    long flags = in.size();
    if (flags >>> Integer.SIZE != 0) {
      throw new MalformedRecordException("flags of more than 32 bits");
    }
    VolumeRecord record =
        new VolumeRecord(
            baseTree,
            basePositions,
            diffIds,
            config,
            origin,
            state,
            (int) flags,
            in.size(),
            in.size(),
            in.signed());
    in.end();
    return record;
  }
}
