package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RecordCodecTest {
  private static final Digest A = Digest.sha256(Imports.text("a"));
  private static final Digest B = Digest.sha256(Imports.text("b"));

  /** A record, its encoding, and how that is read: to something that is written again. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sample(Object record, byte[] encoded, Function<byte[], byte[]> again) {
    @Override
    public String toString() {
      return record.toString();
    }
  }

  static Stream<Sample> samples() {
    TreeMap<String, String> labels = new TreeMap<>();
    labels.put("org.opencontainers.image.title", "ein Gerät");
    labels.put("x", "");
    ImageLayer layer = new ImageLayer("application/x", A, 1L << 40, labels, true);
    ImageRecord image =
        new ImageRecord(
            new Platform("linux", "arm64", "v8"),
            "m",
            A,
            B,
            Optional.of(A),
            List.of(A, B),
            List.of(layer, new ImageLayer("", B, 0, new TreeMap<>(), false)));
    SnapshotRecord tree =
        new SnapshotRecord(
            SnapshotKind.COMMITTED,
            Optional.of("below"),
            new SnapshotContent.OfTree(A),
            -1,
            Long.MAX_VALUE,
            labels);
    SnapshotRecord volume =
        new SnapshotRecord(
            SnapshotKind.ACTIVE,
            Optional.empty(),
            new SnapshotContent.OfVolume(new VolumeId(300)),
            Long.MIN_VALUE,
            0,
            new TreeMap<>());
    LeaseRecord lease =
        new LeaseRecord(true, 5, LayerKey.chain(List.of(A, B)), List.of(A), List.of(B, A));
    VolumeRecord record =
        new VolumeRecord(
            A,
            117_000,
            List.of(A, B),
            Optional.of(B),
            "debian:12",
            VolumeState.ACTIVE,
            VolumeRecord.VOLATILE,
            120_000,
            (1L << 62) + 7,
            1_700_000_000_123_456_789L);
    LayerRecord layerRecord = new LayerRecord(A, B, 1, 127, 128, true);
    FramingRow framing =
        new FramingRow(List.of(new BlobReference(A, 9)), B, 1000, new byte[] {1, 2, 3});
    return Stream.of(
        new Sample(layerRecord, layerRecord.encode(), b -> LayerRecord.decode(b).encode()),
        new Sample(image, image.encode(), b -> ImageRecord.decode(b).encode()),
        new Sample(tree, tree.encode(), b -> SnapshotRecord.decode(b).encode()),
        new Sample(volume, volume.encode(), b -> SnapshotRecord.decode(b).encode()),
        new Sample(lease, lease.encode(), b -> LeaseRecord.decode(b).encode()),
        new Sample(record, record.encode(), b -> VolumeRecord.decode(b).encode()),
        new Sample(
            "inline",
            new BlobRow.Inline(new byte[] {1, 2}).encode(),
            b -> BlobRow.decode(b).encode()),
        new Sample(
            "object", new BlobRow.AsObject(70_000).encode(), b -> BlobRow.decode(b).encode()),
        new Sample(
            "framing", framing.encode(), b -> FramingRow.decode(FramingRowName.of(b), b).encode()));
  }

  /** The name under which any framing's row would pass, so that the fuzzing reaches its fields. */
  private static final class FramingRowName {
    private static Digest of(byte[] row) {
      RecordReader in = new RecordReader(row);
      in.octet();
      int count = in.count(33);
      for (int i = 0; i < count; i++) {
        in.digest();
        in.size();
      }
      in.digest();
      in.size();
      return Digest.sha256(Arrays.copyOf(row, row.length - in.remaining()));
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatIsReadIsWrittenTheSame(Sample sample) {
    assertThat(sample.again().apply(sample.encoded())).isEqualTo(sample.encoded());
  }

  @Test
  void recordsAreReadAsTheyWere() {
    List<Sample> samples = samples().toList();
    assertThat(LayerRecord.decode(samples.get(0).encoded())).isEqualTo(samples.get(0).record());
    assertThat(ImageRecord.decode(samples.get(1).encoded())).isEqualTo(samples.get(1).record());
    assertThat(SnapshotRecord.decode(samples.get(2).encoded())).isEqualTo(samples.get(2).record());
    assertThat(SnapshotRecord.decode(samples.get(3).encoded())).isEqualTo(samples.get(3).record());
    assertThat(LeaseRecord.decode(samples.get(4).encoded())).isEqualTo(samples.get(4).record());
    assertThat(VolumeRecord.decode(samples.get(5).encoded())).isEqualTo(samples.get(5).record());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatIsCutOffOrGoesOnIsRefused(Sample sample) {
    byte[] encoded = sample.encoded();
    boolean open = sample.record().equals("framing"); // its compressed end has no length
    int last = open ? encoded.length - 3 : encoded.length;
    for (int length = 0; length < last; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      assertThatThrownBy(() -> sample.again().apply(cut))
          .isInstanceOfAny(MalformedRecordException.class, DamagedException.class);
    }
    if (!open) {
      byte[] longer = Arrays.copyOf(encoded, encoded.length + 1);
      assertThatThrownBy(() -> sample.again().apply(longer))
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anyBytesAreRefusedOrTheOneEncodingOfSomething(Sample sample) {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = sample.encoded().clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      byte[] again;
      try {
        again = sample.again().apply(bytes);
      } catch (MalformedRecordException | DamagedException e) {
        continue;
      }
      assertThat(again).isEqualTo(bytes);
    }
  }

  @Test
  void theVectorsOfTheFormatHold() {
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(new RecordWriter().number(0).number(127).number(128).toBytes()))
        .isEqualTo("007f8001");
    assertThat(hex.formatHex(new RecordWriter().number(-1).toBytes()))
        .isEqualTo("ffffffffffffffffff01");
    assertThat(
            hex.formatHex(new RecordWriter().signed(0).signed(-1).signed(1).signed(-2).toBytes()))
        .isEqualTo("00010203");
    assertThat(hex.formatHex(new RecordWriter().text("é").toBytes())).isEqualTo("02c3a9");
    assertThat(hex.formatHex(new LayerRecord(A, B, 1024, 300, 2, false).encode()))
        .isEqualTo("01" + A.hex() + B.hex() + "8008" + "ac02" + "02" + "00");
    assertThat(hex.formatHex(new BlobRow.Inline(Imports.text("hi")).encode()))
        .isEqualTo("01026869");
    assertThat(hex.formatHex(new BlobRow.AsObject(4097).encode())).isEqualTo("028120");
    assertThat(hex.formatHex(new BlobRow.Condemned(4097).encode())).isEqualTo("038120");
    assertThat(hex.formatHex(new SnapshotKey("cli", "web").key())).isEqualTo("636c6900776562");
    assertThat(hex.formatHex(new VolumeId(258).key())).isEqualTo("0000000000000102");
    assertThat(
            hex.formatHex(
                new VolumeRecord(
                        A, 10, List.of(B), Optional.of(A), "d", VolumeState.REMOVED, 1, 11, 3, 1)
                    .encode()))
        .isEqualTo(
            "01" + A.hex() + "0a" + "01" + B.hex() + "01" + A.hex() + "0164" + "01" + "01" + "0b"
                + "03" + "02");
    assertThat(
            hex.formatHex(
                new SnapshotRecord(
                        SnapshotKind.VIEW,
                        Optional.of("p"),
                        new SnapshotContent.OfVolume(new VolumeId(5)),
                        1,
                        2,
                        new TreeMap<>())
                    .encode()))
        .isEqualTo("01" + "01" + "010170" + "0105" + "02" + "04" + "00");
  }

  @Test
  void aVarintInMoreBytesThanItNeedsIsRefused() {
    assertThatThrownBy(() -> new RecordReader(new byte[] {(byte) 0x80, 0}).number())
        .isInstanceOf(MalformedRecordException.class);
    assertThatThrownBy(
            () -> new RecordReader(HexFormat.of().parseHex("ffffffffffffffffff02")).number())
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void chainIdsAreThoseOfTheOciSpecification() {
    List<LayerKey> chain = LayerKey.chain(List.of(A, B, A));
    assertThat(chain.get(0).chainId()).isEqualTo(A);
    Digest second = Digest.sha256(Imports.text(A + " " + B));
    assertThat(chain.get(1).chainId()).isEqualTo(second);
    assertThat(chain.get(2).chainId()).isEqualTo(Digest.sha256(Imports.text(second + " " + A)));
    for (LayerKey key : chain) {
      assertThat(LayerKey.ofKey(key.key())).isEqualTo(key);
    }
  }

  @Test
  void aSetOfDigestsHasWhatWasAdded() {
    DigestSet set = new DigestSet();
    Random random = new Random(3);
    List<Digest> in = random.longs(5000).mapToObj(x -> new Digest(x, ~x, x, x)).toList();
    in.forEach(digest -> assertThat(set.add(digest)).isTrue());
    in.forEach(digest -> assertThat(set.add(digest)).isFalse());
    assertThat(set.size()).isEqualTo(in.size());
    assertThat(in).allMatch(set::contains);
    Digest zero = new Digest(0, 0, 1, 1);
    assertThat(set.contains(zero)).isFalse();
    assertThat(set.add(zero)).isTrue();
    assertThat(set.contains(zero)).isTrue();
    assertThat(random.longs(5000).mapToObj(x -> new Digest(x, x, x, x))).noneMatch(set::contains);
  }
}
