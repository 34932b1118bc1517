package dev.lamina.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which positions of a tree are names of the same file: groups of two or more ascending positions,
 * ordered by their first, which is the file's inode number. Immutable, thread-safe.
 */
public final class LinkTable {
  /** The fewest bytes a group takes. */
  private static final int SMALLEST_GROUP = 3;

  static final LinkTable EMPTY = new LinkTable(new long[0][]);

  private final long[][] groups;

  /** All positions in ascending order, and beside each its group. */
  private final long[] positions;

  private final int[] owner;

  private LinkTable(long[][] groups) {
    this.groups = groups;
    int total = 0;
    for (long[] group : groups) {
      total += group.length;
    }
    record Member(long position, int group) {}
    List<Member> members = new ArrayList<>(total);
    for (int g = 0; g < groups.length; g++) {
      for (long position : groups[g]) {
        members.add(new Member(position, g));
      }
    }
    members.sort(Comparator.comparingLong(Member::position));
    positions = new long[total];
    owner = new int[total];
    for (int i = 0; i < total; i++) {
      positions[i] = members.get(i).position;
      owner[i] = members.get(i).group;
    }
  }

  /**
   * Makes a table of groups in any order; those of fewer than two positions are left out.
   *
   * @param groups each with its positions in any order, none twice over all
   */
  static LinkTable of(List<long[]> groups) {
    List<long[]> kept = new ArrayList<>();
    for (long[] group : groups) {
      if (group.length > 1) {
        long[] sorted = group.clone();
        Arrays.sort(sorted);
        kept.add(sorted);
      }
    }
    kept.sort(Comparator.comparingLong(group -> group[0]));
    return kept.isEmpty() ? EMPTY : new LinkTable(kept.toArray(new long[0][]));
  }

  byte[] encode() {
    RecordWriter out = RecordWriter.of(RecordType.LINK_TABLE, 16 + 4 * positions.length);
    out.varint(groups.length);
    long previousFirst = 0;
    for (long[] group : groups) {
      out.varint(group.length);
      out.varint(group[0] - previousFirst);
      for (int i = 1; i < group.length; i++) {
        out.varint(group[i] - group[i - 1]);
      }
      previousFirst = group[0];
    }
    return out.toBytes();
  }

  /**
   * Reads a link table.
   *
   * @throws DamagedException where the record is absent, damaged or no link table
   */
  public static LinkTable load(RecordSource source, Digest digest) {
    RecordReader in = RecordReader.of(digest, source.record(digest));
    in.require(RecordType.LINK_TABLE);
    return decode(in);
  }

  static LinkTable decode(RecordReader in) {
    int count = in.count(SMALLEST_GROUP, Integer.MAX_VALUE, "number of groups");
    long[][] groups = new long[count][];
    long first = 0;
    for (int g = 0; g < count; g++) {
      int size = in.count(1, Integer.MAX_VALUE, "size of a group");
      if (size < 2) {
        throw in.damaged("a group of fewer than two names");
      }
      long[] group = new long[size];
      long position = first;
      for (int i = 0; i < size; i++) {
        position += in.varint(1, Directory.MAX_POSITIONS - position, "step to a position");
        group[i] = position;
      }
      first = group[0];
      if (first < 2) {
        throw in.damaged("the root among links");
      }
      groups[g] = group;
    }
    in.end();
    LinkTable table = new LinkTable(groups);
    for (int i = 1; i < table.positions.length; i++) {
      if (table.positions[i] == table.positions[i - 1]) {
        throw in.damaged("position " + table.positions[i] + " is in two groups");
      }
    }
    return table;
  }

  /** Returns the number of groups. */
  public int groups() {
    return groups.length;
  }

  /** Returns a copy of a group's ascending positions; groups are ordered by their first. */
  public long[] group(int group) {
    return groups[group].clone();
  }

  /** Returns the group of a position, or -1 where it is the only name of its file. */
  public int groupOf(long position) {
    int found = Arrays.binarySearch(positions, position);
    return found < 0 ? -1 : owner[found];
  }

  /** Returns the first position of this one's group, or itself: the inode number. */
  public long first(long position) {
    int group = groupOf(position);
    return group < 0 ? position : groups[group][0];
  }

  /** Returns the number of names of the file at a position, 1 or more. */
  public int links(long position) {
    int group = groupOf(position);
    return group < 0 ? 1 : groups[group].length;
  }

  /** Returns the highest position of any group, 0 where there is none. */
  long highest() {
    return positions.length == 0 ? 0 : positions[positions.length - 1];
  }
}
