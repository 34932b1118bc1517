package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory of more than 4,096 entries: the list of its pages, each loaded through the cache when
 * one of its entries is asked for.
 */
final class PagedDirectory implements Directory {
  /** The fewest bytes a page takes in the list. */
  private static final int SMALLEST_PAGE = 36;

  private final Directories directories;
  private final Digest digest;
  private final FileName[] firstName;
  private final Digest[] pages;
  private final int[] firstIndex;
  private final long[] before;
  private final int weight;

  /**
   * The page used last, since one is mostly asked for several things in a row. A race between
   * threads loses nothing but the short cut.
   */
  private Loaded last = new Loaded(-1, null);

  private record Loaded(int number, @Nullable FlatDirectory page) {}

  /** Decodes what follows the type of a page list. */
  PagedDirectory(RecordReader in, Directories directories) {
    this.directories = directories;
    digest = in.record();
    List<PageReference> list = list(in);
    int count = list.size();
    firstName = new FileName[count];
    pages = new Digest[count];
    firstIndex = new int[count + 1];
    before = new long[count + 1];
    for (int p = 0; p < count; p++) {
      PageReference page = list.get(p);
      firstName[p] = page.firstName();
      pages[p] = page.digest();
      firstIndex[p + 1] = firstIndex[p] + page.entries();
      before[p + 1] = before[p] + page.positions();
    }
    weight = 200 + 2 * in.array().length + 160 * count;
  }

  static List<PageReference> list(RecordReader in) {
    int count = in.count(SMALLEST_PAGE, Integer.MAX_VALUE, "number of pages");
    List<PageReference> pages = new ArrayList<>(count);
    long entries = 0;
    long positions = 0;
    for (int p = 0; p < count; p++) {
      int length = in.fileName();
      FileName first = FileName.of(in.array(), in.at() - length, length);
      if (p > 0 && pages.get(p - 1).firstName().compareTo(first) >= 0) {
        throw in.damaged("pages out of order");
      }
      Digest page = in.digest();
      long own = in.varint(1, FlatDirectory.MAX_PAGE_ENTRIES, "number of entries of a page");
      long below = in.varint(own, MAX_POSITIONS, "number of names below a page");
      entries += own;
      positions += below;
      if (entries > Integer.MAX_VALUE || positions > MAX_POSITIONS) {
        throw in.damaged("more entries than a directory may have");
      }
      pages.add(new PageReference(first, page, (int) own, below));
    }
    in.end();
    if (entries <= FlatDirectory.MAX_ENTRIES) {
      throw in.damaged("pages of a directory that fits into one record");
    }
    return pages;
  }

  int weight() {
    return weight;
  }

  int pageCount() {
    return pages.length;
  }

  int firstIndex(int page) {
    return firstIndex[page];
  }

  /** A page as the list has it. */
  PageReference reference(int page) {
    return new PageReference(
        firstName[page],
        pages[page],
        firstIndex[page + 1] - firstIndex[page],
        before[page + 1] - before[page]);
  }

  int pageOf(int index) {
    Objects.checkIndex(index, size());
    int found = Arrays.binarySearch(firstIndex, index);
    return found < 0 ? -found - 2 : found;
  }

  FlatDirectory page(int number) {
    Loaded loaded = last;
    FlatDirectory page = loaded.page;
    if (loaded.number == number && page != null) {
      return page;
    }
    FlatDirectory fetched = directories.page(pages[number]);
    if (!isAsListed(fetched, number)) {
      throw new DamagedException(digest, "its page " + pages[number] + " is not as it lists it");
    }
    last = new Loaded(number, fetched);
    return fetched;
  }

  private boolean isAsListed(FlatDirectory page, int number) {
    return page.size() == firstIndex[number + 1] - firstIndex[number]
        && page.positions() == before[number + 1] - before[number]
        && page.name(0).equals(firstName[number])
        && (number == pages.length - 1
            || (page.name(page.size() - 1).compareTo(firstName[number + 1]) < 0
                && page.isComplete()));
  }

  @Override
  public Digest digest() {
    return digest;
  }

  @Override
  public int size() {
    return firstIndex[pages.length];
  }

  @Override
  public int find(FileName name) {
    int number = pageFor(name);
    int index = number < 0 ? -1 : page(number).find(name);
    return index < 0 ? -1 : firstIndex[number] + index;
  }

  @Override
  public int ceiling(FileName name) {
    int number = pageFor(name);
    return number < 0 ? 0 : firstIndex[number] + page(number).ceiling(name);
  }

  /** The last page that begins at or before this name, or -1. */
  private int pageFor(FileName name) {
    int found = Arrays.binarySearch(firstName, name);
    return found < 0 ? -found - 2 : found;
  }

  @Override
  public FileName name(int index) {
    int p = pageOf(index);
    return page(p).name(index - firstIndex[p]);
  }

  @Override
  public int nameLength(int index) {
    int p = pageOf(index);
    return page(p).nameLength(index - firstIndex[p]);
  }

  @Override
  public void copyName(int index, byte[] target, int at) {
    int p = pageOf(index);
    page(p).copyName(index - firstIndex[p], target, at);
  }

  @Override
  public FileKind kind(int index) {
    int p = pageOf(index);
    return page(p).kind(index - firstIndex[p]);
  }

  @Override
  public int mode(int index) {
    int p = pageOf(index);
    return page(p).mode(index - firstIndex[p]);
  }

  @Override
  public int uid(int index) {
    int p = pageOf(index);
    return page(p).uid(index - firstIndex[p]);
  }

  @Override
  public int gid(int index) {
    int p = pageOf(index);
    return page(p).gid(index - firstIndex[p]);
  }

  @Override
  public long mtime(int index) {
    int p = pageOf(index);
    return page(p).mtime(index - firstIndex[p]);
  }

  @Override
  public boolean hasXattrs(int index) {
    int p = pageOf(index);
    return page(p).hasXattrs(index - firstIndex[p]);
  }

  @Override
  public Xattrs xattrs(int index) {
    int p = pageOf(index);
    return page(p).xattrs(index - firstIndex[p]);
  }

  @Override
  public Metadata metadata(int index) {
    int p = pageOf(index);
    return page(p).metadata(index - firstIndex[p]);
  }

  @Override
  public long fileSize(int index) {
    int p = pageOf(index);
    return page(p).fileSize(index - firstIndex[p]);
  }

  @Override
  public Optional<Digest> blob(int index) {
    int p = pageOf(index);
    return page(p).blob(index - firstIndex[p]);
  }

  @Override
  public byte[] target(int index) {
    int p = pageOf(index);
    return page(p).target(index - firstIndex[p]);
  }

  @Override
  public long device(int index) {
    int p = pageOf(index);
    return page(p).device(index - firstIndex[p]);
  }

  @Override
  public Digest directory(int index) {
    int p = pageOf(index);
    return page(p).directory(index - firstIndex[p]);
  }

  @Override
  public TreeEntry entry(int index) {
    int p = pageOf(index);
    return page(p).entry(index - firstIndex[p]);
  }

  @Override
  public long count(int index) {
    int p = pageOf(index);
    return page(p).count(index - firstIndex[p]);
  }

  @Override
  public long countBefore(int index) {
    if (index == size()) {
      return positions();
    }
    int p = pageOf(index);
    int within = index - firstIndex[p];
    return within == 0 ? before[p] : before[p] + page(p).countBefore(within);
  }

  @Override
  public int entryAt(long relative) {
    Objects.checkIndex(relative, positions());
    int found = Arrays.binarySearch(before, relative);
    int p = found < 0 ? -found - 2 : found;
    return firstIndex[p] + page(p).entryAt(relative - before[p]);
  }

  @Override
  public long positions() {
    return before[pages.length];
  }

  @Override
  public String toString() {
    return "directory " + digest + " of " + size() + " in " + pages.length + " pages";
  }
}
