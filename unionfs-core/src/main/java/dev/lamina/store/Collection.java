package dev.lamina.store;

/**
 * What a collection took away.
 *
 * @param layers layers that nothing named
 * @param contents manifests, indexes and configs
 * @param records records of trees
 * @param blobs blobs, inline ones and objects
 * @param framings framings
 * @param objects files of objects, those without a row among them
 * @param bytes disk space given back: of files at once, of rows when their files are next rewritten
 */
public record Collection(
    long layers,
    long contents,
    long records,
    long blobs,
    long framings,
    long objects,
    long bytes) {}
