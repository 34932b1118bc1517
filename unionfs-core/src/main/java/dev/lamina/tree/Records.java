package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What records name, for those who keep them: to mark what is reachable, and to verify. */
public final class Records {
  private Records() {}

  /**
   * What one record names.
   *
   * @param records other records
   * @param blobs contents of files
   */
  public record References(List<Digest> records, List<BlobReference> blobs) {}

  /**
   * A file's content.
   *
   * @param digest its sha256
   * @param size its length in bytes, more than 0
   */
  public record BlobReference(Digest digest, long size) {}

  /**
   * Decodes a record of any type, checks it, and returns what it names.
   *
   * @throws DamagedException where the bytes have another digest or are no record
   */
  public static References references(Digest digest, byte[] encoded) {
    RecordReader in = RecordReader.of(digest, encoded);
    return switch (in.type()) {
      case DIRECTORY -> ofEntries(FlatDirectory.directory(in));
      case PAGE -> ofEntries(FlatDirectory.page(in));
      case PAGE_LIST -> ofPages(PagedDirectory.list(in));
      case TREE -> {
        Tree tree = Tree.decode(in);
        yield new References(List.of(tree.rootDirectory(), tree.linkTable()), List.of());
      }
      case LINK_TABLE -> {
        LinkTable.decode(in);
        yield new References(List.of(), List.of());
      }
    };
  }

  private static References ofEntries(FlatDirectory directory) {
    List<Digest> records = new ArrayList<>();
    List<BlobReference> blobs = new ArrayList<>();
    for (int k = 0; k < directory.size(); k++) {
      FileKind kind = directory.kind(k);
      if (kind == FileKind.DIRECTORY) {
        records.add(directory.directory(k));
      } else if (kind == FileKind.REGULAR) {
        Optional<Digest> blob = directory.blob(k);
        if (blob.isPresent()) {
          blobs.add(new BlobReference(blob.get(), directory.fileSize(k)));
        }
      }
    }
    return new References(records, blobs);
  }

  private static References ofPages(List<PageReference> pages) {
    return new References(pages.stream().map(PageReference::digest).toList(), List.of());
  }
}
