package dev.lamina.cli;

/** The program's main class for tests that need a process of its own. */
final class Program {
  private Program() {}

  public static void main(String[] args) {
    System.exit(Lamina.run(args));
  }
}
