package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * By how many bytes the files of a tree grow while it is changed, every name counted. Directories
 * that come and go whole are only noted, by digest: a moved one cancels out. What is left is read
 * in the end, the largest first, so that what two versions of a directory share cancels out too.
 */
final class SizeAccount {
  private record Item(Digest digest, long weight, boolean page) {}

  private final Directories directories;
  private final Map<Item, Long> pending = new HashMap<>();
  private final PriorityQueue<Item> largest =
      new PriorityQueue<>(Comparator.comparingLong(Item::weight).reversed());
  private final ByteCount bytes = new ByteCount();

  SizeAccount(Directories directories) {
    this.directories = directories;
  }

  void add(TreeEntry entry) {
    if (entry instanceof TreeEntry.File file) {
      bytes.add(file.size(), 1);
    }
  }

  void addDirectory(Digest directory, long count) {
    note(directoryItem(directory, count), 1);
  }

  /** Subtracts an entry of a directory, with all that is below it. */
  void drop(Directory directory, int index) {
    entry(directory, index, -1);
  }

  void dropDirectory(Digest directory, long count) {
    note(directoryItem(directory, count), -1);
  }

  private static Item directoryItem(Digest directory, long count) {
    // Whatever holds another weighs more than it: a directory more than its pages, a page more
    // than the directories in it.
    return new Item(directory, 2 * count, false);
  }

  private void note(Item item, long times) {
    if (!pending.containsKey(item)) {
      largest.add(item);
    }
    pending.merge(item, times, Long::sum);
  }

  private void entry(Directory directory, int index, long times) {
    FileKind kind = directory.kind(index);
    if (kind == FileKind.REGULAR) {
      bytes.add(directory.fileSize(index), times);
    } else if (kind == FileKind.DIRECTORY) {
      note(directoryItem(directory.directory(index), directory.count(index)), times);
    }
  }

  /** Returns the growth, having read what does not cancel out. */
  BigInteger total() {
    for (Item item = largest.poll(); item != null; item = largest.poll()) {
      Long times = pending.remove(item);
      if (times != null && times != 0) {
        expand(item, times);
      }
    }
    return bytes.value();
  }

  private void expand(Item item, long times) {
    Directory directory =
        item.page ? directories.page(item.digest) : directories.get(item.digest, item.weight / 2);
    switch (directory) {
      case FlatDirectory flat -> {
        for (int k = 0; k < flat.size(); k++) {
          entry(flat, k, times);
        }
      }
      case PagedDirectory paged -> {
        for (int p = 0; p < paged.pageCount(); p++) {
          PageReference page = paged.reference(p);
          note(new Item(page.digest(), 2 * page.positions() + 1, true), times);
        }
      }
    }
  }
}
