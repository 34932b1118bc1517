import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;

/** Checks ({@code --check}) or repairs ({@code --write}) the layout of every Java file below here. */
void main(String[] args) throws Exception {
  boolean write = args[0].equals("--write");
  var unformatted = new java.util.concurrent.ConcurrentLinkedQueue<String>();
  List<Path> sources;
  try (var files = Files.walk(Path.of(""))) {
    sources = files.filter(f -> f.toString().matches("(.*/)?src/(main|test)/java/.*\\.java")).toList();
  }
  sources.parallelStream().forEach(file -> {
    try {
      var before = Files.readString(file);
      var options = JavaFormatterOptions.defaultOptions();
      var after = new Formatter(options).formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(before));
      if (before.equals(after)) return;
      unformatted.add(file.toString());
      if (write) Files.writeString(file, after);
    } catch (Exception e) {
      unformatted.add(file + ": " + e.getMessage());
    }
  });
  unformatted.stream().sorted().forEach(f -> System.err.println((write ? "formatted " : "not formatted: ") + f));
  if (!write && !unformatted.isEmpty()) {
    System.err.println("repair with: mvn -q -N validate -Dformat.mode=--write");
    System.exit(1);
  }
}
