package dev.lamina.tree;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a new tree's link table from the base's and the links of a layer, at the cost of the links.
 * Names that the layer deletes, hides or writes have left their group; names it links have joined
 * their target's; a group left with one name is none.
 */
final class LinkRenumbering {
  private final Renumbering renumbering;
  private final Map<Long, LayerFile> ofBase = new HashMap<>();
  private final List<long[]> groups = new ArrayList<>();
  private final ByteCount bytes = new ByteCount();

  LinkRenumbering(Optional<TreeView> base, LayerMerge merge) {
    this.renumbering = merge.renumbering();
    for (LayerFile file : merge.files()) {
      if (file.base != 0) {
        ofBase.put(file.base, file);
      } else {
        add(file.positions(), 1, size(file.entry()));
      }
    }
    base.ifPresent(this::addBase);
    for (LayerFile file : ofBase.values()) {
      add(join(new long[] {file.base}, file), 1, size(file.entry()));
    }
  }

  private void addBase(TreeView view) {
    LinkTable table = view.linkTable();
    for (int g = 0; g < table.groups(); g++) {
      long[] group = table.group(g);
      LayerFile file = ofBase.remove(group[0]);
      long[] now = file == null ? stay(group) : join(group, file);
      if (now.length == group.length) {
        groups.add(now);
      } else {
        add(now, group.length, size(view.entry(group[0])));
      }
    }
  }

  /**
   * Adds a group that had {@code before} names.
   *
   * @param size of the file, which counts once for each group and not for each name
   */
  private void add(long[] group, int before, long size) {
    groups.add(group);
    bytes.add(size, Math.max(1, before) - Math.max(1, group.length));
  }

  private long[] stay(long[] group) {
    return Arrays.stream(group).map(renumbering::now).filter(now -> now != 0).toArray();
  }

  private long[] join(long[] group, LayerFile file) {
    long[] staying = stay(group);
    long[] joining = file.positions();
    long[] joined = Arrays.copyOf(staying, staying.length + joining.length);
    System.arraycopy(joining, 0, joined, staying.length, joining.length);
    return joined;
  }

  private static long size(TreeEntry entry) {
    return entry instanceof TreeEntry.File file ? file.size() : 0;
  }

  LinkTable table() {
    return LinkTable.of(groups);
  }

  /** By how many bytes the tree grows or shrinks against the sum over all names' growth. */
  BigInteger bytes() {
    return bytes.value();
  }
}
