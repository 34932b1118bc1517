package dev.lamina.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.Compression;
import dev.lamina.archive.TarBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Bad archives: a message that names the entry and the reason, and a store as it was before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputTest {
  private static final int MEBIBYTE = 1 << 20;

  private Path directory;
  private RunningDaemon lamina;

  /**
   * An archive that is refused.
   *
   * @param said what the message has in it
   */
  record Bad(String what, String transport, Content content, List<String> said) {
    static Bad tar(String what, TarBytes tar, String... said) {
      byte[] before = new TarBytes().file("large", "before the bad one".repeat(2000)).bytes();
      return bytes(what, new TarBytes().raw(before).raw(tar.end()).end(), said);
    }

    static Bad bytes(String what, byte[] bytes, String... said) {
      return new Bad(what, "tar:", out -> out.write(bytes), List.of(said));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    directory = temporary;
    lamina = RunningDaemon.of(directory.resolve("store"));
    byte[] good = new TarBytes().directory("etc").file("etc/good", "g".repeat(20_000)).end();
    Path file = Files.write(directory.resolve("good.tar"), good);
    ok("import", "tar:" + file, "good:1");
    ok("gc");
  }

  private CommandRun ok(String... arguments) {
    CommandRun run = lamina.run(arguments);
    assertThat(run.code()).as("%s: %s", List.of(arguments), run.error()).isZero();
    return run;
  }

  @AfterAll
  void stop() throws IOException {
    lamina.close();
  }

  static Stream<Bad> archives() {
    byte[] tar = new TarBytes().file("a", "x".repeat(30_000)).file("b", "y").end();
    byte[] gzip = gzip(tar);
    byte[] flipped = gzip.clone();
    flipped[gzip.length / 2] ^= 16;
    byte[] header = tar.clone();
    header[0] ^= 1;
    return Stream.of(
        Bad.bytes("truncated tar", Arrays.copyOf(tar, 20_000), "entry \"a\"", "cut off"),
        Bad.bytes("truncated gzip", Arrays.copyOf(gzip, gzip.length / 2), "gzip", "cut off"),
        Bad.bytes("flipped bit in gzip", flipped, "gzip"),
        Bad.bytes("flipped bit in a header", header, "checksum"),
        Bad.tar("..", new TarBytes().file("../evil", "x"), "entry \"../evil\"", "\"..\""),
        Bad.tar("absolute", new TarBytes().file("/etc/x", "x"), "entry \"/etc/x\"", "absolute"),
        Bad.tar(
            "through a link out",
            new TarBytes().symlink("out", "../..").file("out/evil", "x"),
            "out/evil",
            "out of the"),
        Bad.tar(
            "through an absolute link",
            new TarBytes().symlink("abs", "/etc").file("abs/passwd", "x"),
            "abs/passwd",
            "absolute"),
        Bad.tar("hard link out", new TarBytes().link("h", "../../etc/passwd"), "entry \"h\""),
        Bad.tar("hard link to nothing", new TarBytes().link("h", "nil"), "/h", "/nil"),
        Bad.tar("hard links in a circle", new TarBytes().link("h", "i").link("i", "h"), "/h"),
        Bad.tar(
            "directory cycle",
            new TarBytes().directory("d").link("d/loop", "d"),
            "/d/loop",
            "directory"),
        Bad.tar(
            "sparse bomb",
            new TarBytes()
                .pax("GNU.sparse.size", "10737418240", "GNU.sparse.map", "0,1")
                .file("bomb", "x"),
            "entry \"bomb\"",
            "sparse bomb",
            "limit"),
        new Bad("gzip bomb", "tar:", BadInputTest::gzipBomb, List.of("gzip bomb")),
        new Bad(
            "endless pax header",
            "tar:",
            BadInputTest::endless,
            List.of("extended header", "limit")),
        Bad.tar("NUL", new TarBytes().pax("path", "a\0b").file("x", ""), "\"a\\x00b\"", "a NUL"),
        Bad.tar(
            "lying size",
            new TarBytes().add(new TarBytes.Header("liar", '0').size(500_000)),
            "entry \"liar\"",
            "cut off"),
        Bad.tar(
            "enormous size",
            new TarBytes().add(new TarBytes.Header("liar", '0').binary(124, 12, 1L << 50)),
            "entry \"liar\"",
            "limit"),
        new Bad(
            "no archive",
            "docker-archive:",
            out -> out.write("nothing".repeat(500).getBytes(US_ASCII)),
            List.of("tar header")));
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = Compression.GZIP.compress(out)) {
      compressed.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A gzip file may have many members: the same one again and again, each a mebibyte of zeros. */
  private static void gzipBomb(OutputStream out) throws IOException {
    TarBytes.Header zeros = new TarBytes.Header("zeros", '0').size(4096L * MEBIBYTE);
    out.write(gzip(zeros.bytes()));
    byte[] member = gzip(new byte[MEBIBYTE]);
    for (int i = 0; i < 4096; i++) {
      out.write(member);
    }
  }

  private static void endless(OutputStream out) throws IOException {
    byte[] one = new TarBytes().pax("SCHILY.xattr.user.a", "v".repeat(60_000)).bytes();
    for (int i = 0; i < 1000; i++) {
      out.write(one);
    }
  }

  @ParameterizedTest
  @MethodSource("archives")
  void isRefusedAndTheStoreIsAsBefore(Bad bad) throws IOException {
    Path file = directory.resolve("bad");
    try (OutputStream out = Files.newOutputStream(file)) {
      bad.content().writeTo(out);
    }
    refused(bad.said(), bad.transport() + file);
  }

  private void refused(List<String> said, String... source) {
    String before = usage();
    String[] command =
        Stream.of(Stream.of("import"), Stream.of(source), Stream.of("bad:1"))
            .flatMap(words -> words)
            .toArray(String[]::new);
    CommandRun run = lamina.run(command);
    assertThat(run.code()).as(run.output()).isEqualTo(1);
    String message = run.error().lines().filter(l -> l.startsWith("lamina: ")).toList().toString();
    assertThat(message).contains(said).doesNotContain("Exception", "defect");
    ok("verify");
    assertThat(ok("images").output()).contains("good:1").doesNotContain("bad:1");
    ok("gc");
    assertThat(usage()).isEqualTo(before);
    ok("verify");
  }

  /** What each image takes, and what nothing needs; the database's own files come and go. */
  private String usage() {
    JsonNode usage = ok("du", "--json").json();
    return usage.get("entries") + " unreferenced " + usage.get("total").get("unreferenced");
  }

  static Stream<String> damages() {
    return Stream.of("layer", "config", "manifest");
  }

  @ParameterizedTest
  @MethodSource("damages")
  void aWrongDigestIsRefused(String what) throws IOException {
    Path layout = directory.resolve("layout-" + what);
    byte[] tar = new TarBytes().file("only-here", what.repeat(5000)).end();
    ok("import", "tar:" + Files.write(directory.resolve("tar"), tar), "gone:1");
    ok("export", "gone:1", "oci:" + layout + ":v", "--compress", "gzip");
    ok("rm", "gone:1"); // a layer that is in the store would not be read again
    ok("gc");
    Path blobs = layout.resolve("blobs/sha256");
    Path victim;
    try (Stream<Path> files = Files.list(blobs)) {
      victim = files.filter(f -> kind(f).equals(what)).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(victim);
    bytes[bytes.length / 2] ^= 1;
    Files.write(victim, bytes);
    refused(List.of("expected sha256:" + victim.getFileName()), "oci:" + layout + ":v");
  }

  private static String kind(Path blob) {
    try {
      byte[] bytes = Files.readAllBytes(blob);
      String text = new String(bytes, ISO_8859_1);
      return bytes[0] == 0x1f ? "layer" : text.contains("\"diff_ids\"") ? "config" : "manifest";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void limitsCanBeSet(String option, String value, String said) throws IOException {
    byte[] tar = new TarBytes().file("a", "x".repeat(9000)).file("b", "y").end();
    Path file = Files.write(directory.resolve("limited.tar"), tar);
    refused(List.of(said), option, value, "tar:" + file);
  }

  static Stream<Arguments> limits() {
    return Stream.of(
        Arguments.of("--max-entries", "1", "entries"),
        Arguments.of("--max-layer-size", "5000", "5000"));
  }
}
