package dev.lamina.tree;

import dev.lamina.fs.FileName;

/**
 * A page as the list of pages has it.
 *
 * @param firstName its first name
 * @param digest the page's record
 * @param entries how many entries it has
 * @param positions how many names there are in it and below
 */
record PageReference(FileName firstName, Digest digest, int entries, long positions) {}
