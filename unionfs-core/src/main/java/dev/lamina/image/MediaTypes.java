package dev.lamina.image;

import dev.lamina.archive.Compression;

/** The media types of images: OCI's, and Docker's for the same things. */
final class MediaTypes {
  static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String OCI_FOREIGN =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final String DOCKER_FOREIGN =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  private MediaTypes() {}

  static boolean isIndex(String type) {
    return type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
  }

  static boolean isManifest(String type) {
    return type.equals(OCI_MANIFEST) || type.equals(DOCKER_MANIFEST);
  }

  static boolean isConfig(String type) {
    return type.equals(OCI_CONFIG) || type.equals(DOCKER_CONFIG);
  }

  /**
   * Returns whether a layer of this type is a tar, compressed or not. For xz and bzip2 neither OCI
   * nor Docker has a type; the suffixes that OCI's naming would give them are understood.
   */
  static boolean isLayer(String type) {
    for (String family : new String[] {OCI_LAYER, OCI_FOREIGN, DOCKER_LAYER, DOCKER_FOREIGN}) {
      for (Compression compression : Compression.values()) {
        if (type.equals(family + suffix('+', compression))
            || type.equals(family + suffix('.', compression))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns what a layer of this type says it is compressed with. */
  static Compression compression(String type) {
    for (Compression compression : Compression.values()) {
      if (compression != Compression.NONE && type.endsWith(compression.word())) {
        return compression;
      }
    }
    return Compression.NONE;
  }

  static String ociLayer(Compression compression) {
    return OCI_LAYER + suffix('+', compression);
  }

  private static String suffix(char separator, Compression compression) {
    return switch (compression) {
      case NONE -> "";
      case GZIP, ZSTD, XZ, BZIP2 -> separator + compression.word();
    };
  }
}
