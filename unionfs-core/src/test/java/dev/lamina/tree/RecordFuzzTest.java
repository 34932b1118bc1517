package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.directory;
import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Seeded random damage to records of every type: the decoder refuses it with its own exception, or
 * what it accepts is encoded to the very same bytes.
 */
final class RecordFuzzTest {
  private static final int ROUNDS = 15_000;

  private final TreeFixture trees = new TreeFixture();

  private List<byte[]> records() {
    Random random = new Random(7);
    trees.layer(
        layer -> {
          layer.put(TreePath.ROOT, directory(0700));
          for (int i = 0; i < 60; i++) {
            layer.put(path("d" + i % 7 + "/" + "n" + i), TreeModel.randomEntry(random));
          }
          layer.link(path("z"), path("d0/n0"));
          layer.link(path("d1/z"), path("d0/n0"));
          layer.link(path("y"), path("d1/n1"));
          for (int i = 0; i < 4200; i++) {
            layer.put(path("huge/" + i), file("x"));
          }
        });
    return trees.records.digests().stream()
        .map(trees.records::record)
        .filter(record -> record.length < 4000)
        .toList();
  }

  @Test
  void every_record_is_decoded_and_encoded_to_the_same_bytes() {
    records();
    for (Digest digest : trees.records.digests()) {
      byte[] record = trees.records.record(digest);
      assertThat(encodeAgain(digest, record)).isEqualTo(record);
    }
  }

  @Test
  void damage_is_refused_or_was_none() {
    List<byte[]> seeds = records();
    assertThat(seeds).hasSizeGreaterThan(8);
    Random random = new Random(20_251_124);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] record = seeds.get(random.nextInt(seeds.size()));
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        record = mutate(record, seeds, random);
      }
      Digest digest = Digest.sha256(record);
      boolean decoded;
      try {
        Records.references(digest, record);
        decoded = true;
      } catch (DamagedException e) {
        assertThat(e.digest()).isEqualTo(digest);
        decoded = false;
      }
      if (decoded) {
        accepted++;
        assertThat(encodeAgain(digest, record)).as("round " + round).isEqualTo(record);
      }
    }
    assertThat(accepted).isBetween(ROUNDS / 100, ROUNDS / 2);
  }

  @Test
  void bytes_of_another_digest_are_refused() {
    byte[] record = records().getFirst();

    assertThatThrownBy(() -> Records.references(Digest.sha256(), record))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining(Digest.sha256().toString())
        .hasMessageContaining("its content has another digest");
  }

  private static byte[] mutate(byte[] record, List<byte[]> seeds, Random random) {
    if (record.length == 0) {
      return new byte[] {1};
    }
    int at = random.nextInt(record.length);
    byte[] mutant = record.clone();
    switch (random.nextInt(6)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) random.nextInt();
      case 2 -> mutant = Arrays.copyOf(record, at);
      case 3 -> {
        // A stretch taken out.
        int until = Math.min(record.length, at + 1 + random.nextInt(8));
        System.arraycopy(record, until, mutant, at, record.length - until);
        mutant = Arrays.copyOf(mutant, record.length - (until - at));
      }
      case 4 -> {
        // A byte put in, often one that makes a number long.
        mutant = new byte[record.length + 1];
        System.arraycopy(record, 0, mutant, 0, at);
        mutant[at] = random.nextBoolean() ? (byte) 0xff : (byte) random.nextInt();
        System.arraycopy(record, at, mutant, at + 1, record.length - at);
      }
      default -> {
        // The end of another record.
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length);
        mutant = Arrays.copyOf(record, at + other.length - from);
        System.arraycopy(other, from, mutant, at, other.length - from);
      }
    }
    return mutant;
  }

  private static byte[] encodeAgain(Digest digest, byte[] record) {
    RecordReader in = RecordReader.of(digest, record);
    RecordType type = in.type();
    return switch (type) {
      case DIRECTORY -> entries(type, FlatDirectory.directory(in));
      case PAGE -> entries(type, FlatDirectory.page(in));
      case PAGE_LIST -> pageList(PagedDirectory.list(in));
      case TREE -> Tree.decode(in).encode();
      case LINK_TABLE -> LinkTable.decode(in).encode();
    };
  }

  private static byte[] entries(RecordType type, FlatDirectory directory) {
    EntryRun run = new EntryRun();
    for (int k = 0; k < directory.size(); k++) {
      if (directory.entry(k) instanceof TreeEntry.Directory entry) {
        run.addDirectory(directory.name(k), entry, directory.directory(k), directory.count(k));
      } else {
        run.add(directory.name(k), directory.entry(k));
      }
    }
    RecordWriter out = RecordWriter.of(type, 0);
    out.varint(directory.size());
    out.bytes(run.array(), 0, run.entryStart(run.size()));
    return out.toBytes();
  }

  private static byte[] pageList(List<PageReference> pages) {
    RecordWriter out = RecordWriter.of(RecordType.PAGE_LIST, 0);
    out.varint(pages.size());
    for (PageReference page : pages) {
      out.name(page.firstName());
      out.digest(page.digest());
      out.varint(page.entries());
      out.varint(page.positions());
    }
    return out.toBytes();
  }
}
