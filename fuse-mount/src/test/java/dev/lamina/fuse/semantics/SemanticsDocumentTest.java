package dev.lamina.fuse.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether the document has all lines, and each of them a test. */
final class SemanticsDocumentTest {
  /** How many lines each section has, from the first. */
  private static final List<Integer> LINES = List.of(6, 8, 10, 5, 5, 7, 8, 7, 4, 3, 3);

  private static final List<Class<? extends SemanticsTest>> TESTS =
      List.of(
          LookupSemanticsTest.class,
          WhiteoutSemanticsTest.class,
          CopyUpSemanticsTest.class,
          IdentitySemanticsTest.class,
          DirectorySemanticsTest.class,
          RenameSemanticsTest.class,
          OpenFileSemanticsTest.class,
          AttributeSemanticsTest.class,
          DurabilitySemanticsTest.class,
          SizeSemanticsTest.class,
          ImportSemanticsTest.class);

  @Test
  void every_line_is_in_the_document_and_has_a_test_or_comes_later() throws IOException {
    List<LineNumber> all = new ArrayList<>(List.of(new LineNumber(3, 3, "b")));
    for (int section = 1; section <= LINES.size(); section++) {
      for (int line = 1; line <= LINES.get(section - 1); line++) {
        all.add(new LineNumber(section, line, ""));
      }
    }
    SortedMap<LineNumber, List<String>> blocks = SemanticsDocument.of(List.of()).blocks();
    assertThat(blocks.keySet()).containsExactlyElementsOf(all.stream().sorted().toList());

    SortedMap<LineNumber, String> tests = tests();
    for (Map.Entry<LineNumber, List<String>> block : blocks.entrySet()) {
      if (SemanticsDocument.LATER.containsKey(block.getKey())) {
        assertThat(block.getValue())
            .contains("Comes later.")
            .noneMatch(line -> line.startsWith("|"));
      } else {
        assertThat(block.getValue()).contains("Test: `" + tests.get(block.getKey()) + "`");
      }
    }
    tests.keySet().removeAll(blocks.keySet());
    assertThat(tests).isEmpty();
  }

  private static SortedMap<LineNumber, String> tests() {
    SortedMap<LineNumber, String> tests = new TreeMap<>();
    for (Class<?> type : TESTS) {
      Stream.of(type.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Test.class))
          .map(Method::getName)
          .forEach(
              name ->
                  assertThat(tests.put(LineNumber.startOf(name), type.getSimpleName() + "." + name))
                      .isNull());
    }
    return tests;
  }
}
