package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.TarBytes;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/**
 * Seeded random damage to the JSON of images and to the instructions of users: it is refused with
 * the exception that says so, or understood. Never another exception.
 */
@Timeout(120)
final class ImageFuzzTest {
  private static final int ROUNDS = 3_000;

  /** Values, keys and brackets. */
  private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|[0-9]+|[\\[\\]{}:,]");

  private static final List<String> INSTEAD =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1.5",
          "1e999",
          "9223372036854775808",
          "\"\"",
          "\"x\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"a\":null}",
          "\"sha256:00\"",
          "\"\\u0000\"",
          "\"../../x\"",
          "\"sha256:" + "F".repeat(64) + "\"",
          "[".repeat(2000),
          "{\"a\":".repeat(2000),
          "",
          "\"digest\"",
          "\"mediaType\"",
          "\"application/vnd.oci.image.index.v1+json\"");

  private final Random random = new Random(20_261_124);
  private ImageFixture image = new ImageFixture();
  private final Map<String, byte[]> whole = new TreeMap<>();

  @BeforeEach
  void makeAnImage() throws IOException {
    image = new ImageFixture();
    for (String name : new String[] {"a", "b"}) {
      image.layers.add(
          ImageFixture.Layer.of(new TarBytes().file(name, "x").end(), Compression.GZIP));
    }
    whole.putAll(image.oci("v1"));
    whole.putAll(image.docker("app:1"));
  }

  private byte[] damaged(byte[] json) {
    String text = new String(json, StandardCharsets.UTF_8);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      List<int[]> tokens = new ArrayList<>();
      Matcher matcher = TOKEN.matcher(text);
      while (matcher.find()) {
        tokens.add(new int[] {matcher.start(), matcher.end()});
      }
      if (tokens.isEmpty()) {
        break;
      }
      int[] token = tokens.get(random.nextInt(tokens.size()));
      text =
          text.substring(0, token[0])
              + INSTEAD.get(random.nextInt(INSTEAD.size()))
              + text.substring(token[1]);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(8) == 0 && bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  /** Something that reads damaged bytes. */
  @FunctionalInterface
  private interface Reader {
    void read(byte[] bytes) throws IOException;
  }

  private void fuzz(byte[] seed, Reader reader) throws IOException {
    reader.read(seed);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = damaged(seed);
      try {
        reader.read(bytes);
        accepted++;
      } catch (ArchiveException e) {
        assertThat(e.getMessage()).as(new String(bytes, StandardCharsets.UTF_8)).isNotBlank();
      } catch (RuntimeException e) {
        throw new AssertionError(new String(bytes, StandardCharsets.UTF_8), e);
      }
    }
    assertThat(accepted).isLessThan(ROUNDS);
  }

  @Test
  void manifests() throws IOException {
    fuzz(image.manifest(), bytes -> Manifest.parse("the manifest", bytes, ""));
  }

  @Test
  void configurations() throws IOException {
    fuzz(
        image.config(),
        bytes -> {
          ImageConfig config = ImageConfig.parse("the configuration", bytes);
          ConfigEditor.of(config)
              .layer(image.id(), "test", Optional.empty(), java.time.Instant.EPOCH)
              .build();
        });
  }

  @Test
  void indexes() throws IOException {
    byte[] seed = ImageFixture.index(image.manifestDescriptor("v1"));
    Manifest manifest = Manifest.parse("the manifest", image.manifest(), "");
    fuzz(seed, bytes -> OciIndex.with(Optional.of(bytes), manifest, "v2"));
    fuzz(seed, bytes -> new OciLayoutReader(files("index.json", bytes)).read(none(), host(), true));
  }

  @Test
  void docker_archives() throws IOException {
    byte[] seed = Objects.requireNonNull(image.docker("app:1").get("manifest.json"));
    fuzz(seed, bytes -> new DockerArchiveReader(files("manifest.json", bytes)).read(none(), false));
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private static Optional<PlatformChoice> host() {
    return Optional.empty();
  }

  private ImageFiles files(String changed, byte[] bytes) {
    Map<String, byte[]> files = new TreeMap<>(whole);
    files.put(changed, bytes);
    return new ImageFiles() {
      @Override
      public String name() {
        return "image";
      }

      @Override
      public OptionalLong size(String path) {
        byte[] file = files.get(path);
        return file == null ? OptionalLong.empty() : OptionalLong.of(file.length);
      }

      @Override
      public InputStream open(String path) throws IOException {
        byte[] file = files.get(path);
        if (file == null) {
          throw new FileNotFoundException(path);
        }
        return new ByteArrayInputStream(file);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void instructions() {
    List<String> seeds =
        List.of(
            "HEALTHCHECK --interval=1m30s --retries=3 CMD [\"a\", \"b\"]",
            "ENV A=1 B=\"x y\" C='z'",
            "LABEL a=b \"c d\"=e\\ f",
            "CMD [\"sh\", \"-c\", \"x\"]",
            "EXPOSE 80 53/udp",
            "SHELL [\"/bin/sh\"]");
    String letters = "\"'[]{}=\\ \t,-:0A\u20ac";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
      for (int i = random.nextInt(5); i >= 0 && !text.isEmpty(); i--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, letters.charAt(random.nextInt(letters.length())));
          case 1 -> text.insert(at, letters.charAt(random.nextInt(letters.length())));
          default -> text.deleteCharAt(at);
        }
      }
      ObjectNode runtime = Json.object();
      try {
        ConfigChange.apply(text.toString(), runtime);
        assertThat(runtime.isEmpty()).as(text.toString()).isFalse();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).as(text.toString()).isNotBlank();
      }
    }
  }
}
